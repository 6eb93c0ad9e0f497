// Actors that spawn, monitor, link, supervise, fail, stop and kill each other at random, on two
// workers that are stepped in random order: who is to hear of a death hears of it once, and nothing
// is left.

#include "actors/graveyard.hpp"
#include "support/random.hpp"

#include <doctest/doctest.h>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace death_random_test {

namespace {

constexpr unsigned workers = 2;
constexpr std::size_t alive_max = 40;

class world {
  public:
    explicit world(std::uint64_t seed) : random_{seed} {}

    void run(unsigned steps) {
        for (; steps > 0; --steps) {
            if (all_.alive() < 3 || (all_.alive() < alive_max && random_.one_in(8))) {
                spawn(one_of(workers));
            }
            act();
            if (random_.one_in(2)) {
                w_.step(one_of(workers));
            }
            if (random_.one_in(16)) {
                w_.pass(std::chrono::milliseconds{random_.below(300)});
            }
        }
    }

    // After all that is under way has arrived.
    void check() {
        w_.settle(60);
        for (const monitor_record& each : all_.monitors) {
            const bool hears = all_.souls[each.holder].alive != nullptr && !each.cancelled;
            const std::size_t whom = all_.number_of(each.whom);
            const bool dead = whom == all_.souls.size() || all_.souls[whom].alive == nullptr;
            if (hears) {
                CHECK(each.heard == (dead ? 1 : 0));
            }
        }
        std::map<std::pair<std::size_t, std::size_t>, int> expected;
        for (const link_record& each : all_.links) {
            if (!each.cancelled) {
                check_link(each.holder, each.with, expected);
                check_link(each.with, each.holder, expected);
            }
        }
        for (const auto& [pair, heard] : expected) {
            CHECK(all_.linked_downs[pair] >= heard);
        }
    }

  private:
    std::size_t one_of(std::size_t n) { return random_.below(n); }

    worker any_worker() { return {static_cast<unsigned>(one_of(workers))}; }

    // Who lives hears of the bad end of the other, or could not live.
    void check_link(std::size_t one, std::size_t other,
                    std::map<std::pair<std::size_t, std::size_t>, int>& expected) {
        const soul_record& lives = all_.souls[one];
        if (lives.alive != nullptr && all_.ended_badly(other)) {
            CHECK(lives.traps);
            ++expected[{one, other}];
        }
    }

    // Anybody, often one who has ended.
    std::size_t anybody() { return one_of(all_.souls.size()); }

    std::size_t somebody_alive() {
        for (std::size_t i = anybody();; i = (i + 1) % all_.souls.size()) {
            if (all_.souls[i].alive != nullptr) {
                return i;
            }
        }
    }

    void spawn(std::size_t on) {
        all_.births_to_fail = 0; // for one that is still on its way
        worker_loop& home = w_.loop(static_cast<unsigned>(on));
        random_.one_in(4) ? home.spawn<saint>(all_) : home.spawn<soul>(all_);
    }

    void act() {
        const std::size_t who = somebody_alive();
        const std::size_t whom = anybody();
        all_.souls[who].to.send(deed{pick(whom)});
    }

    std::function<void(soul&)> pick(std::size_t whom) {
        const std::uint64_t dice = random_.below(16);
        switch (dice) {
        case 0:
        case 1:
            return [this](soul& me) { spawn_child(me); };
        case 2:
        case 3:
        case 4:
        case 5:
            return [this, whom](soul& me) { monitor(me, whom); };
        case 6:
        case 7:
            return [this, whom](soul& me) { link(me, whom); };
        case 8:
            return [this](soul& me) { cancel_one(me); };
        case 9:
            return [this](soul& me) { supervise(me); };
        case 10:
            return [this, whom](soul& me) { me.cx.kill(all_.souls[whom].to); };
        case 11:
        case 12:
            return [this, whom](soul& me) { me.cx.stop(all_.souls[whom].to); };
        case 13:
            return [this](soul& me) { stop_supervisor(me); };
        case 14:
            return [](soul& me) { me.cx.stop(); };
        default:
            return [](soul&) { throw std::runtime_error{"as the test wants it"}; };
        }
    }

    void spawn_child(soul& me) {
        if (all_.alive() < alive_max) {
            all_.births_to_fail = random_.one_in(6) ? 1 : 0;
            const soul_ref made = me.cx.spawn<soul>({.on = any_worker()}, std::ref(all_));
            const result<monitor_id> heard = me.cx.monitor(made); // maybe before it lives
            CHECK(static_cast<bool>(heard) == static_cast<bool>(made));
            if (made) {
                all_.monitors.push_back({me.number, made.actor(), *heard, false});
                random_.one_in(8) ? me.cx.kill(made) : static_cast<void>(me.cx.link(made));
            }
        }
    }

    void monitor(soul& me, std::size_t whom) {
        const soul_record of = all_.souls[whom];
        const bool ended = of.alive == nullptr;
        const result<monitor_id> made = me.cx.monitor(of.to);
        CHECK(static_cast<bool>(made) == (whom != me.number));
        if (made) {
            all_.monitors.push_back({me.number, of.id, *made, ended});
        }
    }

    void link(soul& me, std::size_t with) {
        const result<link_id> made = me.cx.link(all_.souls[with].to);
        CHECK(static_cast<bool>(made) == (with != me.number));
        if (made && all_.souls[with].alive != nullptr) {
            all_.links.push_back({me.number, with, *made});
        }
    }

    // The latest bond of each kind.
    void cancel_one(soul& me) {
        for (std::size_t i = all_.monitors.size(); i-- > 0;) {
            if (all_.monitors[i].holder == me.number) {
                me.cx.unmonitor(all_.monitors[i].id);
                all_.monitors[i].cancelled = true;
                break;
            }
        }
        for (std::size_t i = all_.links.size(); i-- > 0;) {
            if (all_.links[i].holder == me.number) {
                me.cx.unlink(all_.links[i].id);
                all_.links[i].cancelled = true;
                break;
            }
        }
    }

    void supervise(soul& me) {
        if (all_.alive() > alive_max) {
            return;
        }
        const auto any = [this] {
            return child<soul>(
                {.on = any_worker(), .restart = static_cast<restart_when>(one_of(3))},
                std::ref(all_));
        };
        all_.supervisors.push_back(me.cx.supervise(
            {.strategy = static_cast<restart_strategy>(one_of(3)), .restarts_max = 2}, any(), any(),
            any()));
    }

    void stop_supervisor(soul& me) {
        if (!all_.supervisors.empty()) {
            const auto& which = all_.supervisors[one_of(all_.supervisors.size())];
            random_.one_in(2) ? me.cx.kill(which) : static_cast<void>(me.cx.stop(which));
        }
    }

    random_source random_;
    graveyard all_;
    stepped_workers w_{workers};
};

} // namespace

TEST_CASE("deaths at random: every monitor hears once, linked actors share their fate, nothing is "
          "left") {
    for (std::uint64_t i = 0; i < 300; ++i) {
        INFO("IAPP_TEST_SEED=" << seed() + i);
        world w{seed() + i};
        w.run(200);
        if (i % 3 != 0) {
            w.check(); // else the end comes in the middle of everything
        }
    }
}

} // namespace death_random_test
