#include <iapp/reactor/timer_wheel.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace timer_wheel_test {

using iapp::time_point;
using iapp::timer_node;
using iapp::timer_wheel;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();
constexpr time_point start{1h + 123'456ns};

// A timer that runs a function; what the tests arm.
struct test_timer : timer_node {
    explicit test_timer(std::function<void()> on_fire)
        : timer_node{[](timer_node& n) {
              const auto copy = static_cast<test_timer&>(n).work; // which may destroy the timer
              copy();
          }},
          work{std::move(on_fire)} {}

    std::function<void()> work;
};

// A wheel and the names of the timers that fired, in order.
struct wheel_fixture {
    test_timer named(const char* name) {
        return test_timer{[this, name] { fired += name; }};
    }

    timer_wheel wheel{start};
    std::string fired;
};

// Timers that note their numbers when they fire.
struct crowd_fixture {
    void arm(std::size_t count, time_point deadline) {
        for (; count != 0; --count) {
            const std::size_t number = timers.size();
            timers.push_back(
                std::make_unique<test_timer>([this, number] { fired.push_back(number); }));
            wheel.arm(*timers.back(), deadline);
        }
    }

    timer_wheel wheel{start};
    std::vector<std::size_t> fired;
    std::vector<std::unique_ptr<test_timer>> timers;
};

} // namespace

TEST_SUITE_BEGIN("timer wheel");

TEST_CASE_FIXTURE(wheel_fixture, "a timer never fires before its deadline") {
    auto a = named("a");
    for (const auto wait : {1ns, 999'999ns, 1'000'000ns, 1'000'001ns, 64'000'000ns, 3'600s + 1ns}) {
        CAPTURE(wait.count());
        timer_wheel fresh{start};
        fired.clear();
        fresh.arm(a, start + wait);
        CHECK(fresh.advance(start + wait - 1ns, no_limit) == 0);
        CHECK(a.armed());
        CHECK(fresh.advance(start + wait + timer_wheel::tick, no_limit) == 1);
        CHECK(fired == "a");
    }
}

TEST_CASE_FIXTURE(wheel_fixture, "a timer on a tick fires exactly at its deadline") {
    auto a = named("a");
    wheel.arm(a, start + 7ms);
    CHECK(wheel.advance(start + 7ms - 1ns, no_limit) == 0);
    CHECK(wheel.advance(start + 7ms, no_limit) == 1);
    CHECK_FALSE(a.armed());
    CHECK(a.deadline() == start + 7ms);
}

TEST_CASE_FIXTURE(wheel_fixture, "timers fire in the order of their deadlines") {
    auto a = named("a");
    auto b = named("b");
    auto c = named("c");
    auto d = named("d");
    wheel.arm(d, start + 24h);
    wheel.arm(b, start + 100ms);
    wheel.arm(a, start + 99ms);
    wheel.arm(c, start + 5s);
    CHECK(wheel.advance(start + 48h, no_limit) == 4);
    CHECK(fired == "abcd");
}

TEST_CASE_FIXTURE(wheel_fixture, "timers of one tick fire in the order in which they were armed") {
    auto a = named("a");
    auto b = named("b");
    auto c = named("c");
    auto d = named("d");
    wheel.arm(a, start + 5000ms); // waits two levels up
    wheel.advance(start + 4500ms, no_limit);
    wheel.arm(b, start + 5000ms - 1ns);
    wheel.advance(start + 4990ms, no_limit);
    wheel.arm(c, start + 5000ms);
    wheel.arm(d, start + 5000ms - 999'999ns);
    wheel.arm(a, start + 5000ms); // armed anew: the last one now
    CHECK(wheel.advance(start + 5000ms, no_limit) == 4);
    CHECK(fired == "bcda");
}

TEST_CASE_FIXTURE(wheel_fixture, "a deadline that has passed fires in the next advance") {
    auto a = named("a");
    auto b = named("b");
    wheel.advance(start + 10s, no_limit);
    wheel.arm(a, start + 3s);
    wheel.arm(b, time_point::min());
    CHECK(fired.empty());
    CHECK(wheel.next_deadline() <= start + 10s);
    CHECK(wheel.advance(start + 10s, no_limit) == 2);
    CHECK(fired == "ab");
}

TEST_CASE_FIXTURE(wheel_fixture, "re-arming moves a timer, and it fires once") {
    auto a = named("a");
    wheel.arm(a, start + 5ms);
    wheel.arm(a, start + 5min);
    CHECK(wheel.armed() == 1);
    CHECK(a.deadline() == start + 5min);
    CHECK(wheel.advance(start + 1min, no_limit) == 0);
    wheel.arm(a, start + 2min);
    CHECK(wheel.advance(start + 10min, no_limit) == 1);
    CHECK(wheel.advance(start + 20min, no_limit) == 0);
}

TEST_CASE_FIXTURE(wheel_fixture, "a timer that was cancelled never fires") {
    auto a = named("a");
    auto b = named("b");
    wheel.arm(a, start + 5ms);
    wheel.arm(b, start + 5ms);
    wheel.cancel(a);
    CHECK_FALSE(a.armed());
    CHECK(wheel.advance(start + 1h, no_limit) == 1);
    CHECK(fired == "b");
}

TEST_CASE_FIXTURE(wheel_fixture, "cancelling a timer that is not armed is harmless") {
    auto a = named("a");
    wheel.cancel(a);
    wheel.arm(a, start);
    wheel.cancel(a);
    wheel.cancel(a);
    CHECK(wheel.armed() == 0);
    CHECK_FALSE(wheel.next_deadline());
}

TEST_CASE_FIXTURE(wheel_fixture, "destroying an armed timer unlinks it") {
    auto survivor = named("s");
    {
        auto a = named("a");
        wheel.arm(a, start + 5ms);
        wheel.arm(survivor, start + 5ms);
        CHECK(wheel.armed() == 2);
    }
    CHECK(wheel.armed() == 1);
    CHECK(wheel.advance(start + 1s, no_limit) == 1);
    CHECK(fired == "s");
}

TEST_CASE("destroying the last timer of a wheel leaves it with nothing to wait for") {
    timer_wheel wheel{start};
    auto a = std::make_unique<test_timer>([] {});
    wheel.arm(*a, start + 1h);
    a.reset();
    CHECK(wheel.armed() == 0);
    CHECK_FALSE(wheel.next_deadline());
}

TEST_CASE_FIXTURE(wheel_fixture, "destroying the wheel disarms its timers and they never fire") {
    auto a = named("a");
    auto b = named("b");
    auto c = named("c");
    {
        timer_wheel inner{start};
        inner.arm(a, start + 1ms);
        inner.arm(b, start + 1ms);
        inner.arm(c, start + 24h);
        inner.advance(start + 1s, 1); // leaves b due but not fired
    }
    CHECK_FALSE(b.armed());
    CHECK_FALSE(c.armed());
    CHECK(fired == "a");
    wheel.arm(b, start); // and they may be armed elsewhere
    CHECK(wheel.advance(start, no_limit) == 1);
}

TEST_CASE_FIXTURE(wheel_fixture,
                  "no more timers fire than the budget allows, and the rest follow") {
    auto a = named("a");
    auto b = named("b");
    auto c = named("c");
    wheel.arm(a, start + 1ms);
    wheel.arm(b, start + 1ms);
    wheel.arm(c, start + 20s);
    CHECK(wheel.advance(start + 30s, 0) == 0);
    CHECK(wheel.next_deadline() <= start + 30s);
    CHECK(wheel.advance(start + 30s, 1) == 1);
    CHECK(wheel.next_deadline() <= start + 30s);
    CHECK(wheel.advance(start + 30s, 1) == 1);
    CHECK(wheel.next_deadline() <= start + 30s);
    CHECK(wheel.advance(start + 30s, 1) == 1);
    CHECK_FALSE(wheel.next_deadline());
    CHECK(fired == "abc");
}

TEST_CASE_FIXTURE(wheel_fixture,
                  "a timer left by the budget can be cancelled, moved and destroyed") {
    auto a = named("a");
    auto b = named("b");
    auto c = named("c");
    auto doomed = std::make_unique<test_timer>([this] { fired += "!"; });
    for (timer_node* t : {static_cast<timer_node*>(&a), static_cast<timer_node*>(&b),
                          static_cast<timer_node*>(doomed.get()), static_cast<timer_node*>(&c)}) {
        wheel.arm(*t, start + 1ms);
    }
    CHECK(wheel.advance(start + 1ms, 1) == 1);
    wheel.cancel(b);
    doomed.reset();
    wheel.arm(c, start + 1s);
    CHECK(wheel.advance(start + 999ms, no_limit) == 0);
    CHECK(wheel.advance(start + 1s, no_limit) == 1);
    CHECK(fired == "ac");
}

TEST_CASE_FIXTURE(wheel_fixture,
                  "an overdue timer that is armed late does not overtake those left") {
    auto a = named("a");
    auto b = named("b");
    auto late = named("l");
    wheel.arm(a, start + 1ms);
    wheel.arm(b, start + 500ms);
    CHECK(wheel.advance(start + 1s, 1) == 1);
    wheel.arm(late, start);
    CHECK(wheel.advance(start + 1s, 1) == 1);
    CHECK(wheel.advance(start + 1s, 1) == 1);
    CHECK(fired == "abl");
}

TEST_CASE("a timer that a callback arms for now fires in the next advance") {
    timer_wheel wheel{start};
    int count = 0;
    test_timer again{[&] {
        ++count;
        wheel.arm(again, start);
    }};
    wheel.arm(again, start + 5ms);
    for (int turn = 1; turn <= 3; ++turn) {
        CHECK(wheel.advance(start + 1s, no_limit) == 1);
        CHECK(count == turn);
        CHECK(again.armed());
        CHECK(wheel.next_deadline() <= start + 1s);
    }
}

TEST_CASE("a timer that a callback arms for a time before now waits for the next advance too") {
    timer_wheel wheel{start};
    int count = 0;
    time_point due = start + 10ms;
    test_timer periodic{[&] {
        ++count;
        wheel.arm(periodic, due += 10ms);
    }};
    wheel.arm(periodic, due);
    CHECK(wheel.advance(start + 1s, no_limit) == 1);
    CHECK(wheel.advance(start + 1s, no_limit) == 1);
    CHECK(count == 2);
}

TEST_CASE("what callbacks arm for now keeps its place behind timers that the budget left") {
    timer_wheel wheel{start};
    std::string fired;
    test_timer b{[&] { fired += "b"; }};
    test_timer c{[&] { fired += "c"; }};
    test_timer now{[&] { fired += "n"; }};
    test_timer a{[&] {
        fired += "a";
        wheel.arm(now, start);
        wheel.arm(b, start + 70ms);
    }};
    wheel.arm(a, start + 1ms);
    wheel.arm(c, start + 5s);
    CHECK(wheel.advance(start + 6s, 1) == 1);
    CHECK(wheel.advance(start + 6s, 2) == 2);
    CHECK(wheel.advance(start + 6s, 2) == 1);
    CHECK(fired == "acnb");
}

TEST_CASE("a callback may cancel timers that are due in the same advance") {
    timer_wheel wheel{start};
    int count = 0;
    test_timer same_tick{[&] { ++count; }};
    test_timer later{[&] { ++count; }};
    test_timer armed_now{[&] { ++count; }};
    test_timer first{[&] {
        wheel.arm(armed_now, start);
        wheel.cancel(armed_now);
        wheel.cancel(same_tick);
        wheel.cancel(later);
        wheel.cancel(first); // not armed any more: harmless
    }};
    wheel.arm(first, start + 1ms);
    wheel.arm(same_tick, start + 1ms);
    wheel.arm(later, start + 2s);
    CHECK(wheel.advance(start + 1h, no_limit) == 1);
    CHECK(count == 0);
    CHECK(wheel.armed() == 0);
    CHECK_FALSE(wheel.next_deadline());
}

TEST_CASE("a callback may destroy its own timer and others") {
    timer_wheel wheel{start};
    int count = 0;
    auto other = std::make_unique<test_timer>([&] { ++count; });
    std::unique_ptr<test_timer> self;
    self = std::make_unique<test_timer>([&] {
        ++count;
        other.reset();
        self.reset();
    });
    wheel.arm(*self, start + 1ms);
    wheel.arm(*other, start + 1ms);
    CHECK(wheel.advance(start + 1s, no_limit) == 1);
    CHECK(count == 1);
    CHECK(wheel.armed() == 0);
}

TEST_CASE_FIXTURE(wheel_fixture, "next_deadline is the deadline rounded up to a tick at most") {
    auto a = named("a");
    CHECK_FALSE(wheel.next_deadline());
    wheel.arm(a, start + 7ms);
    CHECK(wheel.next_deadline() == start + 7ms);
    wheel.arm(a, start + 7ms + 1ns);
    CHECK(wheel.next_deadline() == start + 8ms);
    wheel.arm(a, start + 1h);
    CHECK(wheel.next_deadline() <= start + 1h);
}

TEST_CASE_FIXTURE(wheel_fixture,
                  "sleeping until next_deadline reaches a far timer in a few wakes") {
    auto a = named("a");
    const time_point deadline = start + 24h * 3650 + 1ns;
    wheel.arm(a, deadline);
    time_point now = start;
    int wakes = 0;
    while (a.armed()) {
        REQUIRE(*wheel.next_deadline() > now);
        now = *wheel.next_deadline();
        REQUIRE(now < deadline + timer_wheel::tick);
        wheel.advance(now, no_limit);
        ++wakes;
    }
    CHECK(now >= deadline);
    CHECK(wakes <= 8);
}

TEST_CASE("timers as far away as time points reach work") {
    for (const time_point begin : {time_point{}, time_point::min(), time_point::min() + 1ns}) {
        CAPTURE(begin.time_since_epoch().count());
        timer_wheel wheel{begin};
        int count = 0;
        test_timer far{[&] { ++count; }};
        test_timer never{[&] { ++count; }};
        wheel.arm(far, time_point::max() - 1s);
        wheel.arm(never, time_point::max());
        CHECK(*wheel.next_deadline() <= time_point::max() - 1s + timer_wheel::tick);
        CHECK(wheel.advance(time_point::max() - 1s - 1ns, no_limit) == 0);
        CHECK(wheel.advance(time_point::max() - 500ms, no_limit) == 1);
        wheel.cancel(never);
        CHECK(wheel.armed() == 0);
        CHECK(count == 1);
    }
}

TEST_CASE_FIXTURE(wheel_fixture, "a clock that steps back counts as standing still") {
    auto a = named("a");
    auto b = named("b");
    wheel.advance(start + 1s, no_limit);
    wheel.arm(a, start + 900ms);
    wheel.arm(b, start + 1001ms);
    CHECK(wheel.advance(start, no_limit) == 1);
    CHECK(wheel.advance(time_point::min(), no_limit) == 0);
    CHECK(wheel.advance(start + 1001ms, no_limit) == 1);
    CHECK(fired == "ab");
}

TEST_CASE_FIXTURE(crowd_fixture, "a slot with very many timers is spread in order over advances") {
    const std::size_t count = 3 * timer_wheel::moves_per_advance_max + 5;
    arm(count, start + 10s);
    int advances = 0;
    while (wheel.armed() != 0) {
        REQUIRE(wheel.next_deadline() <= start + 10s);
        wheel.advance(start + 10s, no_limit);
        if (++advances == 1) {
            CHECK(fired.empty());
            arm(1, start + 10s); // queues behind those that have not been spread yet
            wheel.cancel(*timers[0]);
            timers[count - 1].reset();
        }
    }
    CHECK(advances >= 4);
    CHECK(fired.size() == count - 1);
    CHECK(std::is_sorted(fired.begin(), fired.end()));
    CHECK(fired.back() == count);
}

TEST_CASE_FIXTURE(crowd_fixture, "what a callback arms for now queues behind a slot half spread") {
    test_timer early{[this] { arm(1, start); }};
    wheel.arm(early, start + 1ms);
    arm(2 * timer_wheel::moves_per_advance_max, start + 10s);
    CHECK(wheel.advance(start + 10s, no_limit) == 1);
    CHECK(fired.empty());
    while (wheel.armed() != 0) {
        wheel.advance(start + 10s, no_limit);
    }
    CHECK(fired.size() == timers.size());
    CHECK(std::is_sorted(fired.begin(), fired.end()));
}

TEST_CASE_FIXTURE(crowd_fixture, "arming as fast as a slot is spread cannot hold up its timers") {
    arm(2 * timer_wheel::moves_per_advance_max, start + 10s);
    for (int advances = 0; advances < 10; ++advances) { // two levels down
        wheel.advance(start + 10s, no_limit);
        arm(timer_wheel::moves_per_advance_max, start + 10s);
    }
    CHECK_FALSE(fired.empty());
}

TEST_CASE("a timer is small") {
    CHECK(sizeof(timer_node) <= 48);
}

TEST_SUITE_END();

} // namespace timer_wheel_test
