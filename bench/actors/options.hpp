#pragma once
// The cases of the actor benchmarks and their flags, one for our program and those on other
// libraries. What a case does is said here and is the same for all of them:
//
//   ping       two actors of one worker send one message to and fro; ns a message
//   ring       `actors` actors of one worker pass one token round; ns a hop
//   fan_in     `actors` actors of one worker send to one on another, as the case of that name in
//              messages/options.hpp; ns a message
//   broadcast  one actor publishes to `actors` on two workers, as there; ns a delivery
//   ask        one actor of a worker asks another for a reply, one request at a time, each with a
//              deadline; ns a request with its reply
//   spawn      one actor makes `actors` others with empty state on its worker, stops them and waits
//              until all are gone, `count` / `actors` times; ns an actor made and stopped
//   memory     one actor makes `actors` others with empty state; bytes an actor, by how much the
//              process grew
//
// The work of one run is `count` messages, hops, deliveries, requests or actors.

#include "command_line/command_line.hpp"
#include "harness/case_report.hpp"
#include "messages/options.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace bench {

struct actor_options {
    std::string name = "ping"; // of the case
    std::uint64_t count = 1'000'000;
    unsigned actors = 0; // 0 is actors_of(name)
    unsigned repeats = 9;
    bool json = false;
};

// Within which an answer of `ask` must come; it always does.
inline constexpr std::chrono::seconds ask_deadline{10};

// What a program does without --actors.
unsigned actors_of(const std::string& name);

// Adds --case, of which the program offers `cases`, and the other flags.
void add_actor_flags(command_line& line, actor_options& options,
                     const std::vector<std::string>& cases);

case_settings settings_of(const actor_options& options);

// The same for the cases that the message benchmarks have: fan_in and broadcast.
message_options as_messages(const actor_options& options);

// What each run of ping, ring, ask and spawn must handle; the sum of a counter in the message where
// there is one.
case_run expected_of(const actor_options& options);

} // namespace bench
