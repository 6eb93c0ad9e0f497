#pragma once
// office: what all of the supervision scenario share.

#include "sim/ask_ledger.hpp"
#include "sim/shift.hpp"

#include <deque>
#include <functional>
#include <vector>

namespace iapp::test {

// Is answered with its number, now or later, or not at all.
struct inquiry {
    using reply = std::uint32_t;

    std::uint32_t number = 0;
};

struct office {
    static constexpr std::uint16_t first_port = 1000; // of the first clerk

    sim_world* world = nullptr;
    sim_host host{};
    duration latest{};
    unsigned workers = 1;
    std::size_t desks = 1;
    bool calm = false;               // nobody ends of himself any more
    std::deque<shift> shifts;        // the last one is now
    std::vector<ref<inquiry>> known; // the clerks, by desk, as far as their manager knows
    ref<which_child> supervisor;
    int clerks = 0; // that there are
    ask_ledger asks;

    bool chance(std::uint32_t per_thousand) const {
        return world->random().chance(per_thousand * 1'000);
    }

    duration below_ms(std::uint64_t most) const {
        return duration{static_cast<duration::rep>(world->random().below(most * 1'000'000))};
    }

    // The shift is ended from outside.
    void dismiss() {
        if (!shifts.empty()) {
            shifts.back().dismiss();
        }
    }
};

} // namespace iapp::test
