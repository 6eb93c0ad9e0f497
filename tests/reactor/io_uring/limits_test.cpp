// The limits of the io_uring engine: what is beyond them comes later, and nothing is lost.

#include "crowd.hpp"
#include "support/no_io_uring.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

using namespace iapp;
using namespace iapp::test;

namespace limits_test {

TEST_CASE("more completions than the queue holds come late, but all and in order") {
    engine_world world;
    const auto made = make_ring(world, {.submissions = 8, .completions = 16});
    uring_engine& ring = *made;
    {
        crowd all{world, ring, 40, 10};
        const std::string text = pattern(300);
        all.write_all(text); // 1,200 items
        CHECK(world.run_until(ring, [&] { return all.all_have(text); }));
        CHECK_MESSAGE(ring.counters().overflows > 0, "the queue was overrun");
        for (const received_text& one : all.told) {
            CHECK(one.ended == 0);
        }
        all.peers.clear(); // the ends overrun it too
        CHECK(world.run_until(ring, [&] {
            return std::all_of(all.told.begin(), all.told.end(),
                               [](const received_text& one) { return one.ended == 1; });
        }));
        CHECK(world.close_all(ring));
    }
    CHECK(world.pool.outstanding() == 0);
}

TEST_CASE("closing while the completion queue is overrun ends every operation") {
    engine_world world;
    const auto made = make_ring(world, {.submissions = 8, .completions = 16});
    uring_engine& ring = *made;
    crowd all{world, ring, 40, 10};
    all.write_all(pattern(300));
    ring.poll(duration::zero());
    CHECK(ring.counters().overflows > 0);
    CHECK(world.close_all(ring));
    for (const received_text& one : all.told) {
        CHECK(one.ended == 1);
        CHECK(one.closed == 1);
    }
    CHECK(world.pool.outstanding() == 0);
}

TEST_CASE("a burst that finds no buffer ready is received all the same, and in order") {
    engine_world world;
    const auto made = make_ring(world);
    uring_engine& ring = *made;
    {
        crowd all{world, ring, 300, 1 << 20}; // of such buffers only a few stand ready
        std::string text;
        for (int round = 0; round < 3; ++round) {
            all.write_all("round ");
            text += "round ";
            CHECK(world.run_until(ring, [&] { return all.all_have(text); }));
        }
        CHECK_MESSAGE(ring.counters().out_of_buffers > 0, "they ran out");
        CHECK(ring.counters().waits_for_memory == 0);
        CHECK(world.close_all(ring));
    }
    CHECK(world.pool.outstanding() == 0);
}

TEST_CASE("with the pool at its limit receives wait for memory, and lose nothing") {
    engine_world world{{.limit_bytes = std::size_t{1} << 20}};
    const auto made = make_ring(world);
    uring_engine& ring = *made;
    {
        std::vector<buffer> hoard;
        while (buffer one = world.pool.allocate(16 * 1024)) {
            hoard.push_back(std::move(one));
        }
        crowd all{world, ring, 50, 16 * 1024};
        all.write_all("patient");
        for (int i = 0; i < 10; ++i) {
            ring.poll(duration::zero());
        }
        CHECK(ring.counters().waits_for_memory >= 50);
        CHECK(all.all_have(""));
        hoard.pop_back(); // one buffer for all of them, again and again
        CHECK(world.run_until(ring, [&] { return all.all_have("patient"); }));
        CHECK(world.close_all(ring));
    }
    CHECK(world.pool.outstanding() == 0);
}

TEST_CASE("what was kept during a pause comes before what had to wait for memory") {
    engine_world world{{.limit_bytes = std::size_t{1} << 20}};
    const auto made = make_ring(world);
    uring_engine& ring = *made;
    {
        // Some twenty buffers stand ready, and not one more is to be had.
        std::vector<buffer> hoard;
        const auto take_all = [&] {
            while (buffer one = world.pool.allocate(10)) {
                hoard.push_back(std::move(one));
            }
        };
        take_all();
        detail::buffer_block* first = nullptr;
        while ((first = world.pool.lend(10)) == nullptr) {
            hoard.pop_back();
        }
        world.pool.take_back(first);
        hoard.resize(hoard.size() - 20);
        crowd one{world, ring, 1, 10};
        take_all();

        const std::string text = pattern(600);
        one.told[0].on_item = [&] { ring.pause_input(*one.told[0].t); };
        one.write_all(text);
        REQUIRE(world.run_until(ring, [&] { return ring.counters().waits_for_memory > 0; }));
        one.told[0].on_item = nullptr;
        hoard.clear();
        ring.resume_input(*one.told[0].t);
        CHECK(world.run_until(ring, [&] { return one.told[0].text.size() == text.size(); }));
        CHECK((one.told[0].text == text));
        CHECK(world.close_all(ring));
    }
    CHECK(world.pool.outstanding() == 0);
}

TEST_CASE("more sizes of items than rings of buffers: none is larger than asked for") {
    engine_world world;
    const auto made = make_ring(world);
    uring_engine& ring = *made;
    constexpr unsigned sizes = buffer_rings::exact_max + 20;
    std::vector<received_text> told(sizes);
    std::vector<unique_fd> peers;
    const std::string text = pattern(500);
    for (unsigned i = 0; i < sizes; ++i) {
        peers.push_back(receive_from_peer(world, ring, told[i], 10 + i));
        REQUIRE(::send(peers[i].get(), text.data(), text.size(), MSG_NOSIGNAL) == 500);
    }
    CHECK(world.run_until(ring, [&] {
        return std::all_of(told.begin(), told.end(),
                           [&](const received_text& one) { return one.text == text; });
    }));
    for (unsigned i = 0; i < sizes; ++i) {
        CHECK(told[i].largest <= 10 + i);
    }
    CHECK(world.close_all(ring));
}

TEST_CASE("without memory for more rings of buffers, all sizes of items share what there is") {
    std::thread{[] {
        engine_world world;
        const auto made = make_ring(world);
        uring_engine& ring = *made;
        refuse_buffer_rings();
        {
            const std::string text = pattern(3'000);
            crowd first{world, ring, 2, 100};
            crowd larger{world, ring, 2, 1'000};
            crowd smaller{world, ring, 2, 10};
            const auto all = {&first, &larger, &smaller};
            for (crowd* each : all) {
                each->write_all(text);
            }
            CHECK(world.run_until(ring, [&] {
                return std::all_of(all.begin(), all.end(),
                                   [&](crowd* each) { return each->all_have(text); });
            }));
            for (crowd* each : all) {
                const std::size_t most = each == &smaller ? 10 : 100;
                for (const received_text& one : each->told) {
                    CHECK(one.ended == 0);
                    CHECK(one.largest <= most);
                }
            }
            CHECK(world.close_all(ring));
        }
        CHECK(world.pool.outstanding() == 0);
    }}.join();
}

} // namespace limits_test
