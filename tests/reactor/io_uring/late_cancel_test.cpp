// Cancellations that find nothing any more, and bytes that come for a stream which was closed.

#include "crowd.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace iapp;
using namespace iapp::test;

namespace late_cancel_test {

TEST_CASE("a pause that comes when the source has completed its end holds back what is not told") {
    engine_world world;
    const auto made = make_ring(world, {.submissions = 8, .completions = 16});
    uring_engine& ring = *made;
    {
        const std::string text = "last words";
        crowd all{world, ring, 40, 10};
        all.write_all(text);
        all.peers.clear();
        // More than the queue holds: what ended the others waits in the kernel to be told.
        ring.poll(duration::zero());
        REQUIRE(ring.counters().overflows > 0);
        std::vector<std::string> before;
        for (received_text& one : all.told) {
            before.push_back(one.text);
            ring.pause_input(*one.t);
        }
        for (int i = 0; i < 10; ++i) {
            ring.poll(duration::zero());
        }
        for (std::size_t i = 0; i < before.size(); ++i) {
            CHECK((all.told[i].text == before[i]));
            ring.resume_input(*all.told[i].t);
        }
        CHECK(world.run_until(ring, [&] {
            return std::all_of(all.told.begin(), all.told.end(),
                               [](const received_text& one) { return one.ended == 1; });
        }));
        CHECK(all.all_have(text));
        CHECK(world.close_all(ring));
    }
    CHECK(world.pool.outstanding() == 0);
}

TEST_CASE("bytes that nobody wants any more, since their stream was closed, cost no buffer") {
    engine_world world;
    const auto made = make_ring(world);
    uring_engine& ring = *made;
    constexpr std::uint32_t large = 1 << 20; // of such buffers only a few stand ready
    for (int round = 0; round < 100; ++round) {
        crowd all{world, ring, 8, large};
        for (received_text& one : all.told) {
            one.on_item = [&] { // the first to hear of any closes all, others' in the same pass
                for (const received_text& each : all.told) {
                    ring.close(*each.t);
                }
            };
        }
        all.write_all("unheard");
        CHECK(world.run_until(ring, [&] { return world.table.size() == 0; }));
    }
    const std::uint64_t before = ring.counters().out_of_buffers;
    crowd last{world, ring, 3, large};
    last.write_all("heard");
    CHECK(world.run_until(ring, [&] { return last.all_have("heard"); }));
    CHECK(ring.counters().out_of_buffers == before);
    CHECK(world.close_all(ring));
    CHECK(world.pool.outstanding() == 0);
}

} // namespace late_cancel_test
