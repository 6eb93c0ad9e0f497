#pragma once
// The cases of the message benchmarks and their flags, one for our program and those on other
// libraries. What a case does is said here and is the same for all of them:
//
//   flow       one producer sends `count` messages to one consumer on another thread; ns a message
//   fan_in     `producers` producers on one thread send `count` messages in all, a burst each in
//              turn, to one consumer on another thread; ns a message
//   local      flow with both on one thread, which has a live reactor; ns a message
//   wake       one message to another thread and one back, both threads asleep in between; ns a
//              round trip
//   spin       the same, both threads polling; ns a round trip
//   broadcast  one publisher sends each of count / subscribers messages to `subscribers`
//              subscribers, half of them on its own thread and half on another; ns a delivery
//
// Where a library's queues have no limit of their own, a producer stops when messages_under_way of
// its messages (of all of them together) are not yet handled; the consumer tells it by a message
// for each burst.
//
// The clock runs from when both threads stand ready until the last message was handled. Threads are
// pinned to a processor each.

#include "command_line/command_line.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace bench {

inline constexpr unsigned messages_under_way = 8192;
inline constexpr unsigned burst_messages = 64;

struct message_options {
    std::string name = "flow";  // of the case
    std::uint64_t payload = 16; // bytes of one message
    std::uint64_t count = 0;    // 0 is count_of(name)
    unsigned producers = 100;
    unsigned subscribers = 1000;
    unsigned repeats = 9;
    bool json = false;
};

// What a program does without --count: about a second for a slow library.
std::uint64_t count_of(const std::string& name);

// Adds --case, of which the program offers `cases`, and the other flags.
void add_message_flags(command_line& line, message_options& options,
                       const std::vector<std::string>& cases);

} // namespace bench
