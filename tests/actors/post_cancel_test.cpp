// Cancelling posts, and posts that find no room or a system that stops.

#include "actors/errands.hpp"

#include <doctest/doctest.h>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace post_cancel_test {

TEST_CASE("a cancel in time keeps the callback from running; a later one is too late") {
    checked_system sys;
    std::atomic<bool> ran{false};
    post_handle handle;
    {
        const busy_worker busy{sys, 0};
        handle = sys->post(worker{0}, [&] { ran = true; });
        REQUIRE(handle);
        CHECK(handle.cancel() == cancel_result::cancelled);
        CHECK(handle.cancel() == cancel_result::too_late);
    }
    const worker_statistics last = sys.stop();
    CHECK_FALSE(ran);
    CHECK(last.actors.posts_cancelled == 1);
    CHECK(handle.cancel() == cancel_result::too_late);
}

TEST_CASE("a cancel of what has run, or runs at this moment, is too late") {
    checked_system sys;
    std::atomic<bool> ran{false};
    post_handle handle = sys->post(worker{0}, [&] { ran = true; });
    CHECK(eventually([&] { return ran.load(); }));
    CHECK(handle.cancel() == cancel_result::too_late);
    std::latch entered{1};
    std::latch leave{1};
    handle = sys->post(worker{0}, [&] {
        entered.count_down();
        leave.wait();
    });
    entered.wait();
    CHECK(handle.cancel() == cancel_result::too_late);
    leave.count_down();
    CHECK(sys.stop().actors.posts_ran == 2);
}

TEST_CASE("a worker cancels its own posts, and those of others whose handles it was given") {
    checked_system sys{{.workers = 2}};
    const auto first = sys->spawn<runner>({.on = {0}});
    std::atomic<int> ran{0};
    std::atomic<int> cancelled{0};
    std::atomic<bool> done{false};
    {
        const busy_worker busy{sys, 1};
        const post_handle mine = sys->post(worker{1}, [&] { ++ran; });
        first.send(errand{[&, mine](context& cx) {
            const post_handle local = cx.post(worker{0}, [&] { ++ran; });
            const post_handle away = cx.post(worker{1}, [&] { ++ran; });
            for (const post_handle& each : {mine, local, away}) {
                cancelled += each.cancel() == cancel_result::cancelled ? 1 : 0;
            }
            done = true;
        }});
        CHECK(eventually([&] { return done.load(); }));
    }
    CHECK(cancelled == 3);
    CHECK(sys.stop().actors.posts_cancelled == 3);
    CHECK(ran == 0);
}

TEST_CASE("a full door refuses: the handle is empty and the callback is destroyed here") {
    checked_system sys{{.limits = {.foreign_messages_max = 4}}};
    std::atomic<int> ran{0};
    endings ended;
    int taken = 0;
    {
        const busy_worker busy{sys, 0};
        post_handle handle;
        while ((handle = sys->post(worker{0}, [&ran, w = witness{ended}] { ++ran; }))) {
            REQUIRE(++taken < 100);
        }
        CHECK(handle.cancel() == cancel_result::too_late);
        CHECK(ended.count == 1);
        CHECK(ended.where.load() == std::this_thread::get_id());
        CHECK_FALSE(sys->post(worker{0}, [&ran] { ++ran; })); // one by value
        CHECK_FALSE(sys->post_after(worker{0}, 0ms, [&ran, w = witness{ended}] { ++ran; }));
        CHECK(ended.count == 2);
    }
    CHECK(taken >= 4);
    CHECK(eventually([&] { return ended.count == taken + 2; }));
    const worker_statistics last = sys.stop();
    CHECK(last.actors.posted == static_cast<std::uint64_t>(taken) + 1); // and the busy one
    CHECK(dead_letters(last) == 0);                                     // posts are no letters
    CHECK(ran == taken);
}

TEST_CASE("a full outbox and a full local queue refuse, and the callback is destroyed there") {
    checked_system sys{
        {.workers = 2, .limits = {.local_messages_max = 3, .outbox_messages_max = 4}}};
    const std::thread::id there = thread_of(sys, 0);
    const auto first = sys->spawn<runner>({.on = {0}});
    std::atomic<int> ran{0};
    endings ended;
    std::array<int, 2> taken{};
    std::atomic<bool> done{false};
    first.send(errand{[&](context& cx) {
        for (unsigned to = 0; to < 2; ++to) {
            for (int i = 0; i < 10; ++i) {
                const auto handle = cx.post(worker{to}, [&ran, w = witness{ended}] { ++ran; });
                taken[to] += handle ? 1 : 0;
            }
        }
        CHECK(ended.count == 13);
        CHECK(ended.where.load() == there);
        done = true;
    }});
    CHECK(eventually([&] { return done.load(); }));
    CHECK(taken == std::array<int, 2>{3, 4});
    CHECK(eventually([&] { return ran == 7 && ended.count == 20; }));
    CHECK(sys.stop().actors.posts_ran == 8); // and the one that asked for the thread
}

TEST_CASE("a thread has at most words_max posts under way; then it is refused until some end") {
    checked_system sys{{.limits = {.foreign_messages_max = 1U << 17}}};
    std::thread poster{[&] {
        constexpr std::size_t most = cancel_words::words_max;
        std::atomic<std::size_t> ran{0};
        const auto fill = [&] {
            std::size_t taken = 0;
            while (taken <= most && sys->post(worker{0}, [&ran] { ++ran; })) {
                ++taken;
            }
            return taken;
        };
        {
            const busy_worker busy{sys, 0}; // it runs, so that its word is free again
            CHECK(fill() == most);
            CHECK_FALSE(sys->post_after(worker{0}, 0ms, [] {}));
        }
        CHECK(eventually([&] { return ran == most; }));
        CHECK(sys->post(worker{0}, [&ran] { ++ran; }));
        CHECK(eventually([&] { return ran == most + 1; }));
    }};
    poster.join();
}

TEST_CASE("what stands in the way of a stop is dropped or has run, and says so") {
    checked_system sys{{.workers = 2}};
    std::atomic<int> ran{0};
    endings late;
    const post_handle delayed =
        sys->post_after(worker{1}, 1h, [&ran, w = witness{late}] { ++ran; });
    CHECK(delayed);
    const std::thread::id there = thread_of(sys, 1); // which has taken the post before
    std::thread stopper;
    std::vector<post_handle> handles;
    {
        const busy_worker busy{sys, 0};
        for (int i = 0; i < 10; ++i) {
            handles.push_back(sys->post(worker{0}, [&ran] { ++ran; }));
        }
        stopper = std::thread{[&] { sys.stop(); }};
        CHECK(eventually([&] { return !sys->post(worker{0}, [&ran] { ++ran; }); })); // begun
    }
    stopper.join();
    for (const post_handle& each : handles) {
        CHECK(each.cancel() == cancel_result::too_late);
    }
    CHECK(delayed.cancel() == cancel_result::too_late);
    CHECK(late.count == 1);
    CHECK(late.where.load() == there);
    const worker_statistics last = *sys->statistics(patience());
    check_posts(last);
    CHECK(last.actors.posts_dropped >= 1);
    CHECK(last.actors.posts_ran == static_cast<std::uint64_t>(ran) + 2); // and the two of the test
}

TEST_CASE("after the stop posts are refused, and handles that outlive the system are too late") {
    std::vector<post_handle> handles;
    endings ended;
    {
        checked_system sys{{.workers = 2}};
        std::atomic<bool> ran{false};
        handles.push_back(sys->post(worker{0}, [&] { ran = true; }));
        handles.push_back(sys->post_after(worker{1}, 1h, [w = witness{ended}] {}));
        CHECK(eventually([&] { return ran.load(); }));
        sys.stop();
        CHECK_FALSE(sys->post(worker{0}, [w = witness{ended}] {}));
        CHECK_FALSE(sys->post_after(worker{1}, 0ms, [w = witness{ended}] {}));
        CHECK(ended.count == 3);
        CHECK(ended.where.load() == std::this_thread::get_id());
        for (const post_handle& each : handles) {
            CHECK(each);
            CHECK(each.cancel() == cancel_result::too_late);
        }
    }
    for (const post_handle& each : handles) {
        CHECK(each.cancel() == cancel_result::too_late);
    }
}

} // namespace post_cancel_test
