#include "harness/cache_line.hpp"
#include "harness/open_count.hpp"

#include <doctest/doctest.h>

namespace open_count_test {

TEST_CASE("the peak is the most that were open at one time, and stays") {
    bench::open_count all;
    CHECK(all.peak() == 0);
    all.opened();
    all.opened();
    all.closed();
    all.opened();
    CHECK(all.peak() == 2);
    all.closed();
    all.closed();
    CHECK(all.peak() == 2);
}

TEST_CASE("connections of several threads that never meet are not added up") {
    constexpr std::uint64_t each = 1'000;
    bench::open_count all;
    const auto come_and_go = [&] {
        for (std::uint64_t i = 0; i < each; ++i) {
            all.opened();
            all.closed();
        }
    };
    bench::run_on(bench::choose_processors(), come_and_go, come_and_go);
    CHECK(all.peak() >= 1);
    CHECK(all.peak() <= 2);

    const auto come = [&] {
        for (std::uint64_t i = 0; i < each; ++i) {
            all.opened();
        }
    };
    bench::run_on(bench::choose_processors(), come, come);
    CHECK(all.peak() == 2 * each);
}

} // namespace open_count_test
