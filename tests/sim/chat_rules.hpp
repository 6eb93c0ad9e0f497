#pragma once
// chat_rules: how a run's chat behaves, and what everybody there has seen.

#include "sim/chat_line.hpp"

#include <iapp/sim.hpp>

#include <array>
#include <map>
#include <vector>

namespace iapp::test {

class chat_guest;

struct chat_rules {
    static constexpr std::uint32_t rooms = 3;

    // What was said in a room: how many lines so far, and the last one of each talker.
    struct room_book {
        struct last_line {
            std::uint32_t number = 0; // in the room
            std::uint32_t sequence = 0;
        };

        std::uint32_t lines = 0;
        std::uint32_t announced = 0; // by talker 0
        std::map<std::uint32_t, last_line> last;
    };

    sim_world* world = nullptr;
    queue_options queues = {};
    bool skips = false; // whom a line finds slow misses it, and else is sent away
    bool slow_guests = false;
    std::uint32_t write_limit_bytes = 0; // of a member
    bool calm = false;                   // nobody does anything of his own accord any more

    std::array<room_book, rooms> books;
    std::uint64_t refused = 0; // lines, by a queue
    std::uint64_t skipped = 0; // for a member
    std::uint64_t sent_away = 0;
    std::uint64_t gaps = 0; // lines that a guest did not hear between two others
    std::uint64_t delivered = 0;
    int members = 0; // that there are
    std::vector<chat_guest*> guests;
    std::uint32_t talkers = 0; // so far; 0 is somebody outside

    static std::string name_of(std::uint32_t room) { return "room " + std::to_string(room); }

    // Says it to all who are in its room.
    void publish(const event_queue<chat_line>& room, const chat_line& line) {
        room_book& in = books[line.room];
        if (room.publish(line)) {
            in.last[line.talker] = {in.lines++, line.sequence};
        } else {
            ++refused;
        }
    }

    bool nothing_lost() const noexcept { return refused == 0 && skipped == 0 && sent_away == 0; }
};

} // namespace iapp::test
