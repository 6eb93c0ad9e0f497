// Posts with a delay, under a clock that the test moves.

#include "actors/errands.hpp"
#include "support/stepped_worker.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace post_delay_test {

namespace {

constexpr worker_limits many{.foreign_messages_max = 1U << 13};

} // namespace

TEST_CASE("a delayed post runs once, not before its time, counted from its arrival") {
    stepped_worker w;
    int ran = 0;
    w.turn();
    CHECK(post_after(w.loop(), 10ms, [&] { ++ran; }));
    w.pass(1s, 1); // it arrives in this turn
    w.pass(9ms);
    CHECK(ran == 0);
    w.pass(2ms);
    CHECK(ran == 1);
    CHECK(w.loop().delayed().size() == 0);
    w.pass(1h);
    CHECK(ran == 1);
}

TEST_CASE("delayed posts run in the order of their times, those without delay soon") {
    stepped_worker w;
    std::string log;
    post_after(w.loop(), 30ms, [&] { log += 'c'; });
    post_after(w.loop(), 10ms, [&] { log += 'b'; });
    post_after(w.loop(), 0ms, [&] { log += 'a'; });
    post_after(w.loop(), -5s, [&] { log += 'a'; });
    w.turn(3);
    CHECK(log == "aa");
    w.pass(15ms);
    CHECK(log == "aab");
    w.pass(20ms);
    CHECK(log == "aabc");
}

TEST_CASE("a delay beyond all time never ends, and can be cancelled") {
    stepped_worker w;
    int ran = 0;
    const post_handle never = post_after(w.loop(), duration::max(), [&] { ++ran; });
    w.turn(3);
    w.pass(24h * 365);
    CHECK(ran == 0);
    CHECK(never.cancel() == cancel_result::cancelled);
}

TEST_CASE("an actor posts with a delay to its own worker") {
    stepped_worker w;
    w.spawn<runner>();
    int ran = 0;
    auto& actor = w.spawn<runner>();
    post(w.loop(), [&] {
        actor.on(errand{[&](context& cx) {
            cx.post_after(worker{0}, 5ms, [&ran, p = std::make_unique<int>(2)] { ran += *p; });
        }});
    });
    w.turn(2);
    CHECK(ran == 0);
    w.pass(6ms);
    CHECK(ran == 2);
}

TEST_CASE("a delayed post can be cancelled until its time, on its way and while it waits") {
    stepped_worker w;
    endings ended;
    int ran = 0;
    const auto count = [&] { return [&ran, w = witness{ended}] { ++ran; }; };
    const post_handle on_its_way = post_after(w.loop(), 10ms, count());
    CHECK(on_its_way.cancel() == cancel_result::cancelled);
    w.turn();
    const post_handle waits = post_after(w.loop(), 10ms, count());
    const post_handle runs = post_after(w.loop(), 10ms, count());
    w.turn();
    CHECK(waits.cancel() == cancel_result::cancelled);
    CHECK(waits.cancel() == cancel_result::too_late);
    w.pass(20ms);
    CHECK(ran == 1);
    CHECK(runs.cancel() == cancel_result::too_late);
    CHECK(ended.count == 3);
    CHECK(w.loop().statistics().actors.posts_cancelled == 2);
}

TEST_CASE("when many delayed posts were cancelled they are swept before their time") {
    constexpr int count = 1024; // from here on a sweep pays
    stepped_worker w{many};
    endings ended;
    std::vector<post_handle> handles;
    const auto add = [&] {
        handles.push_back(post_after(w.loop(), 1h, [w = witness{ended}] {}));
        REQUIRE(handles.back());
    };
    for (int i = 0; i < count; ++i) {
        add();
    }
    w.turn(10);
    CHECK(w.loop().delayed().size() == count);
    for (int i = 0; i < count; ++i) {
        if (i % 4 != 0) {
            CHECK(handles[static_cast<std::size_t>(i)].cancel() == cancel_result::cancelled);
        }
    }
    CHECK(ended.count == 0);
    add();
    w.turn(10);
    CHECK(w.loop().delayed().size() == count / 4 + 1);
    CHECK(ended.count == 3 * count / 4);
    CHECK(w.loop().io().timers().armed() == count / 4 + 1);
    CHECK(w.loop().statistics().actors.posts_cancelled == 3 * count / 4);
    for (const post_handle& each : handles) {
        each.cancel();
    }
}

TEST_CASE("a sweep that finds little to sweep does not come again with each post") {
    stepped_worker w{many};
    int ran = 0;
    for (int i = 0; i < 3'000; ++i) {
        REQUIRE(post_after(w.loop(), 10ms, [&] { ++ran; }));
    }
    w.turn(20);
    CHECK(w.loop().delayed().size() == 3'000);
    w.pass(20ms, 100);
    CHECK(ran == 3'000);
    CHECK(w.loop().delayed().size() == 0);
}

TEST_CASE("delayed posts that wait when their worker stops are dropped, or were cancelled") {
    endings ended;
    std::vector<post_handle> handles;
    int ran = 0;
    {
        stepped_worker w;
        for (int i = 0; i < 10; ++i) {
            handles.push_back(post_after(w.loop(), 1h, [&ran, w = witness{ended}] { ++ran; }));
        }
        w.turn();
        handles.push_back(post_after(w.loop(), 1h, [&ran, w = witness{ended}] { ++ran; }));
        CHECK(handles[3].cancel() == cancel_result::cancelled);
        w.end();
        CHECK(ended.count == 11);
        const worker_counters last = w.loop().statistics().actors;
        CHECK(last.posted == 11);
        CHECK(last.posts_dropped == 10);
        CHECK(last.posts_cancelled == 1);
    }
    CHECK(ran == 0);
    for (const post_handle& each : handles) {
        CHECK(each.cancel() == cancel_result::too_late);
    }
}

} // namespace post_delay_test
