#include "harness/cache_line.hpp"
#include "harness/spin_wait.hpp"

#include <doctest/doctest.h>

#include <atomic>

namespace spin_wait_test {

TEST_CASE("both functions run on threads of their own, at the same time") {
    // Each waits for the other: in turn they would never end.
    std::atomic<int> arrived{0};
    const auto meet = [&] {
        arrived.fetch_add(1, std::memory_order_acq_rel);
        bench::spin_until([&] { return arrived.load(std::memory_order_acquire) == 2; });
    };
    const auto took = bench::run_on(bench::choose_processors(), meet, meet);
    CHECK(arrived.load() == 2);
    CHECK(took.count() > 0);
}

TEST_CASE("two threads that spin for each other get on with a single processor") {
    bench::processor_pair one = bench::choose_processors();
    one.second = one.first;
    std::atomic<int> turn{0};
    const auto play = [&](int first) {
        for (int i = first; i < 100; i += 2) {
            bench::spin_until([&] { return turn.load(std::memory_order_acquire) == i; });
            turn.store(i + 1, std::memory_order_release);
        }
    };
    bench::run_on(
        one, [&] { play(0); }, [&] { play(1); });
    CHECK(turn.load() == 100);
}

TEST_CASE("a cache line has no round trip where there is one processor") {
    CHECK(bench::cache_line_round_trip_ns({0, 0}) == 0);
    CHECK(bench::cache_line_class(0) == "none");
}

TEST_CASE("round trips are classed by what they took") {
    CHECK(bench::cache_line_class(50) == "smt");
    CHECK(bench::cache_line_class(150) == "near");
    CHECK(bench::cache_line_class(620) == "far");
}

} // namespace spin_wait_test
