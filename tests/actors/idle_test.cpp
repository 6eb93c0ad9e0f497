// What workers do that have nothing to do. Their counters tell, not the time.

#include "support/actors.hpp"

#include <iapp/actors/idle_policy.hpp>

#include <doctest/doctest.h>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace idle_test {

namespace {

struct ball {
    int left = 0;
};

struct opponent {
    using reply = bool;
    ref<ball> who;
};

// Plays the ball back until it has been played often enough.
class player {
  public:
    using accepts = messages<ball, opponent>;

    explicit player(std::atomic<bool>& over) : over_{over} {}

    player(player&&) = delete;

    bool on(opponent o) {
        to_ = o.who;
        return true;
    }

    void on(ball b) {
        if (b.left == 0) {
            over_ = true;
        } else {
            CHECK(to_.send(ball{b.left - 1}));
        }
    }

  private:
    std::atomic<bool>& over_;
    ref<ball> to_;
};

void play(checked_system& sys, int times) {
    std::atomic<bool> over{false};
    const auto one = sys->spawn<player>({.on = {0}}, std::ref(over));
    const auto two = sys->spawn<player>({.on = {1}}, std::ref(over));
    CHECK(sys.ask(one, opponent{two}));
    CHECK(sys.ask(two, opponent{one}));
    one.send(ball{times});
    CHECK(eventually([&] { return over.load(); }));
}

worker_counters counters_of(checked_system& sys) {
    const result<worker_statistics> now = sys->statistics(patience());
    REQUIRE(now);
    return now->actors;
}

} // namespace

TEST_CASE("sleep never spins, spin always spins for its time") {
    idle_spin never{idle_policy::sleep(), true};
    idle_spin always{idle_policy::spin_for(70us), false};
    for (int i = 0; i < 100; ++i) {
        CHECK(never.budget() == 0us);
        CHECK(always.budget() == 70us);
        CHECK_FALSE(never.watches());
        CHECK_FALSE(always.watches());
        never.slept(true, 1us);
        always.slept(true, 1us);
        always.spun_in_vain();
    }
}

TEST_CASE("adaptive spins after a short sleep that mail ended, and less each time it is in vain") {
    idle_spin idle{idle_policy::adaptive(), true};
    CHECK(idle.budget() == 0us);
    idle.slept(true, 51us); // longer than it would have spun
    CHECK(idle.budget() == 0us);
    idle.slept(false, 1us); // by I/O
    CHECK(idle.budget() == 0us);
    idle.slept(true, 50us);
    duration before = 50us;
    CHECK(idle.budget() == before);
    for (int vain = 1; vain < 4; ++vain) {
        idle.spun_in_vain();
        CHECK(idle.budget() == before / 2);
        before = idle.budget();
    }
    idle.spun_in_vain();
    CHECK(idle.budget() == 0us);
    idle.spun_in_vain();
    CHECK(idle.budget() == 0us);
    idle.slept(true, 10us);
    CHECK(idle.budget() == 50us);
}

TEST_CASE("adaptive spins less and less often while less than half of its spins pay") {
    idle_spin idle{idle_policy::adaptive(), true};
    // Of four spins one pays. How many short sleeps it rests for when it has had enough.
    const auto short_sleeps_until_it_spins_again = [&] {
        idle.slept(true, 1us);
        for (int spins = 1; idle.budget() > 0us; ++spins) {
            if (spins % 4 == 0) {
                idle.spin_paid();
            } else {
                idle.spun_in_vain();
                idle.slept(true, 45us); // so it is not for want of short sleeps
                REQUIRE(spins < 100);
            }
        }
        int sleeps = 0;
        for (; idle.budget() == 0us; ++sleeps) {
            REQUIRE(sleeps < 100);
            idle.slept(true, 1us);
        }
        return sleeps;
    };
    const int first = short_sleeps_until_it_spins_again();
    int before = first;
    for (int round = 0; round < 6; ++round) {
        const int now = short_sleeps_until_it_spins_again();
        CHECK(now > before);
        before = now;
    }
    CHECK(before == short_sleeps_until_it_spins_again()); // there is a limit
    for (int paid = 0; paid < 8; ++paid) {
        idle.spin_paid();
    }
    CHECK(short_sleeps_until_it_spins_again() == first); // all is forgiven
}

TEST_CASE("adaptive goes on spinning while most of its spins pay") {
    idle_spin idle{idle_policy::adaptive(), true};
    idle.slept(true, 1us);
    for (int spins = 0; spins < 1'000; ++spins) {
        if (spins % 4 == 0) {
            idle.spun_in_vain();
            idle.slept(true, 45us);
        } else {
            idle.spin_paid();
        }
        REQUIRE(idle.budget() == 50us);
    }
}

TEST_CASE("adaptive spins only where there is a processor to spare") {
    idle_spin idle{idle_policy::adaptive(), false};
    idle.slept(true, 1us);
    CHECK(idle.budget() == 0us);
    CHECK_FALSE(idle.watches());
}

TEST_CASE("adaptive reads the clock around its sleeps only while mail ends some of them") {
    idle_spin idle{idle_policy::adaptive(), true};
    CHECK_FALSE(idle.watches());
    idle.slept(true, duration::max());
    for (int i = 0; i < 16; ++i) {
        CHECK(idle.watches());
        idle.slept(false, 1us);
    }
    CHECK_FALSE(idle.watches());
    idle.slept(false, 1us);
    CHECK_FALSE(idle.watches());
}

TEST_CASE("workers of every policy deliver, and each policy is what it says") {
    constexpr int times = 2'000;
    for (const idle_policy policy : {idle_policy::sleep(), idle_policy::spin_for(0us),
                                     idle_policy::spin_for(20us), idle_policy::adaptive()}) {
        checked_system sys{{.workers = 2, .idle = policy}};
        play(sys, times);
        const worker_statistics last = sys.stop();
        CHECK(last.actors.delivered == times + 3);
        CHECK(dead_letters(last) == 0);
        CHECK(last.actors.spins_paid <= last.actors.spins);
        if (policy.how == idle_policy::kind::sleep || policy.spin_max == 0us) {
            CHECK(last.actors.spins == 0);
            CHECK(last.actors.sleeps > 0);
        } else if (policy.how == idle_policy::kind::spin) {
            CHECK(last.actors.spins > 0);
        }
        CHECK(last.actors.wakes_received <= last.actors.sleeps);
    }
}

TEST_CASE("workers that have become idle sleep and stay asleep, whatever their policy") {
    constexpr unsigned workers = 2;
    // What asking for the counters costs: a wake, the turn that answers, and a last look, for each.
    constexpr std::uint64_t turns_to_ask = 5 * workers;
    for (const idle_policy policy :
         {idle_policy::sleep(), idle_policy::spin_for(50us), idle_policy::adaptive()}) {
        checked_system sys{{.workers = workers, .idle = policy}};
        play(sys, 1'000);
        for (int look = 0; look < 5; ++look) {
            const worker_counters before = counters_of(sys);
            std::this_thread::sleep_for(20ms); // enough for thousands of turns
            const worker_counters after = counters_of(sys);
            CHECK(after.turns - before.turns <= turns_to_ask);
            CHECK(after.spins - before.spins <= turns_to_ask);
            CHECK(after.sleeps - before.sleeps >= 1);
        }
    }
}

} // namespace idle_test
