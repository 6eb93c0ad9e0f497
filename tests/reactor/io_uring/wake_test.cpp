// Wakes of the io_uring engine, also as before Linux 6.13, which has no messages to rings.

#include "crowd.hpp"
#include "support/no_io_uring.hpp"

#include <doctest/doctest.h>

#include <functional>

using namespace iapp;
using namespace iapp::test;

namespace wake_test {

namespace {

void with_and_without_messages(const std::function<void(bool)>& what) {
    for (const bool messages : {true, false}) {
        CAPTURE(messages);
        std::thread{[&] {
            if (!messages) {
                refuse_ring_messages();
            }
            what(messages);
        }}.join();
    }
}

} // namespace

TEST_CASE("each wake ends one wait, with messages to the ring and without") {
    with_and_without_messages([](bool) {
        engine_world world;
        const auto made = make_ring(world);
        uring_engine& ring = *made;
        ring.poll(duration::zero());
        for (int i = 0; i < 200; ++i) {
            std::thread waker{[&] { ring.wake(); }};
            ring.poll(duration::max());
            waker.join();
            ring.poll(duration::zero()); // it may have been that of begin()
        }
    });
}

TEST_CASE("a wake is not lost among more completions than the queue holds") {
    with_and_without_messages([](bool) {
        engine_world world;
        const auto made = make_ring(world, {.submissions = 8, .completions = 16});
        uring_engine& ring = *made;
        {
            crowd all{world, ring, 40, 10};
            std::string text;
            for (int round = 0; round < 10; ++round) {
                const std::string more = pattern(100);
                text += more;
                all.write_all(more);
                ring.wake();
                ring.poll(duration::zero());
                CHECK(world.run_until(ring, [&] { return all.all_have(text); }));
                std::thread waker{[&] { ring.wake(); }};
                ring.poll(duration::max());
                waker.join();
            }
            CHECK(ring.counters().overflows > 0);
            CHECK(world.close_all(ring));
        }
    });
}

} // namespace wake_test
