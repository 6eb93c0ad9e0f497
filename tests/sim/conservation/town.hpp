#pragma once
// town: what all actors of a run share, and what they may do. One thread, so nobody minds.

#include "sim/ask_ledger.hpp"
#include "sim/conservation/census.hpp"
#include "sim/conservation/death_ledger.hpp"
#include "sim/conservation/publication_ledger.hpp"
#include "sim/order.hpp"

#include <iapp/iapp.hpp>
#include <iapp/sim.hpp>

#include <array>
#include <string_view>
#include <vector>

namespace iapp::test::conservation {

struct chatter {
    std::uint32_t from = 0; // the sender's number; 0: from outside
    std::uint32_t sequence = 0;
    std::uint32_t hops = 0; // how often it may make others do something
};

// As a headline, but too large to travel by value.
struct article {
    headline head;
    std::vector<std::uint64_t> pages;
};

// Answered by the handler's return.
struct question {
    using reply = std::uint32_t;
    std::uint32_t number = 0;
    std::uint32_t hops = 0;
};

// Answered later, or by somebody else, or not at all; too large to travel by value.
struct riddle {
    using reply = std::uint32_t;
    std::uint32_t number = 0;
    std::uint32_t hops = 0;
    std::array<std::uint64_t, 12> words{};
};

// Sent under a credit.
struct goods {
    std::uint32_t hops = 0;
};

// There are credits again, of that line of its actor.
struct funds {
    std::uint32_t line = 0;
};

struct due {
    time_point at;
    std::uint32_t hops = 0;
};

struct leave {};

// The world comes to rest: what is held back is let go, and nobody does anything any more.
struct rest {};

using citizen_messages = iapp::messages<chatter, question, riddle, goods, funds, due, leave, rest,
                                        headline, article, down, child_started>;
using citizen_ref = detail::ref_of_list<citizen_messages>::type;

// The deeds of an actor; a run has a random part of them, since they hide each other.
enum class deed : std::uint8_t {
    say,
    say_much,
    spawn,
    supervise,
    stop_other,
    kill_other,
    stop,
    fail,
    monitor,
    link,
    let_go,
    ask,
    ask_later,
    cancel_ask,
    settle_replies,
    begin_task,
    publish,
    subscribe,
    set_timer,
    open_line,
    send_goods,
    offload,
};

inline constexpr std::array<std::string_view, 3> names{"smith", "baker", "miller"};
inline constexpr unsigned nameless = 3;
inline constexpr unsigned queues_each = 4; // headlines and articles, held and named

// One system of a run.
struct district {
    iapp::system* program = nullptr;
    unsigned workers = 1;
    bool stopped = false;
    std::array<queue_options, queues_each> options;
    std::array<std::uint32_t, queues_each> numbers{}; // of the queues, in the ledger
    std::array<event_queue<headline>, queues_each / 2> headlines;
    std::array<event_queue<article>, queues_each / 2> articles;

    queue_counters counters(unsigned queue) const {
        return queue % 2 == 0 ? headlines[queue / 2].counters() : articles[queue / 2].counters();
    }
};

struct town {
    sim_world* world = nullptr;
    census people;
    pair_order order;
    ask_ledger asks;
    death_ledger deaths;
    publication_ledger publications;
    std::vector<district> districts;
    std::vector<citizen_ref> known; // by number - 1
    std::vector<ref<which_child>> supervisors;
    std::vector<deed> deeds;  // each as often as it is likely
    std::uint32_t wanted = 0; // how many more may be spawned
    int frames = 0;           // of tasks
    bool offloads = false;    // there is somebody who does offloaded work
    bool at_rest = false;
    duration latest{0}; // by which a timer may be late

    bool chance(std::uint32_t per_thousand) { return world->random().chance(per_thousand * 1'000); }

    std::uint32_t below(std::uint64_t n) {
        return static_cast<std::uint32_t>(world->random().below(n));
    }

    duration within(duration most) {
        return duration{static_cast<duration::rep>(
            world->random().below(static_cast<std::uint64_t>(most.count())))};
    }

    // The number of anybody who was ever alive, but often one of the latest.
    std::uint32_t pick() {
        const std::uint32_t all = people.size();
        const std::uint32_t of = chance(700) ? std::min(all, 8U) : all;
        return all - below(of);
    }

    const citizen_ref& ref_of(std::uint32_t number) const { return known[number - 1]; }

    void require(bool is_so, const char* claim) const { world->require(is_so, claim); }
};

// What some actors are limited to.
inline mailbox_options any_mailbox(town& all) {
    if (all.chance(600)) {
        return {};
    }
    return {.limit = 1 + all.below(8), .when_full = static_cast<overflow>(all.below(3))};
}

inline placement any_place(town& all, unsigned workers) {
    switch (all.below(4)) {
    case 0:
        return here;
    case 1:
        return round_robin;
    default:
        return worker{all.below(workers)};
    }
}

// Tells an actor something, on behalf of `from`.
inline void say(town& all, std::uint32_t from, std::uint32_t to, std::uint32_t hops) {
    all.ref_of(to).send(chatter{from, all.order.next(from, to), hops});
}

} // namespace iapp::test::conservation
