// A kernel that for a while takes nothing of what the io_uring engine hands over: it has no memory,
// or first wants its overrun completion queue emptied.

#include "crowd.hpp"
#include "support/aborts.hpp"
#include "support/no_io_uring.hpp"

#include <doctest/doctest.h>

using namespace iapp;
using namespace iapp::test;

namespace refusal_test {

TEST_CASE("with the submission queue full and refused, the rest begins in later passes") {
    for (const int error : {EBUSY, EAGAIN, ENOMEM}) {
        CAPTURE(error);
        std::thread{[=] {
            engine_world world;
            const auto made = make_ring(world, {.submissions = 8, .completions = 16});
            uring_engine& ring = *made;
            refuse_plain_submissions(error);
            {
                crowd all{world, ring, 40, 10};
                const std::string text = pattern(300);
                all.write_all(text);
                CHECK(world.run_until(ring, [&] { return all.all_have(text); }));
                CHECK(world.close_all(ring));
            }
            CHECK(world.pool.outstanding() == 0);
        }}.join();
    }
}

TEST_CASE("while the kernel takes no submission, what is under way still completes") {
    std::thread{[] {
        engine_world world;
        const auto made = make_ring(world);
        uring_engine& ring = *made;
        {
            crowd one{world, ring, 1, 10};
            refuse_submissions(EAGAIN);
            ring.pause_input(*one.told[0].t); // what it would submit does not get there
            ring.poll(duration::zero());
            ring.resume_input(*one.told[0].t);
            one.write_all("all of it");
            CHECK(world.run_until(ring, [&] { return one.all_have("all of it"); }));
            one.peers.clear();
            CHECK(world.run_until(ring, [&] { return one.told[0].ended == 1; }));
            CHECK(world.close_all(ring));
        }
        CHECK(world.pool.outstanding() == 0);
    }}.join();
}

TEST_CASE("a kernel that says that it has lost completions ends the program") {
    CHECK(aborts([] {
        engine_world world;
        const auto ring = make_ring(world);
        refuse_completions(EBADR);
        ring->poll(duration::zero());
    }));
}

} // namespace refusal_test
