#include "harness/repeats.hpp"

#include <doctest/doctest.h>

#include <string>

namespace repeats_test {

TEST_CASE("the median of an odd number of values is the middle one") {
    const bench::spread seen = bench::spread_of({5, 1, 9});
    CHECK(seen.median == 5);
    CHECK(seen.min == 1);
    CHECK(seen.max == 9);
}

TEST_CASE("the median of an even number of values is the mean of the middle two") {
    CHECK(bench::spread_of({4, 1, 100, 2}).median == 3);
}

TEST_CASE("the run that warms up is no part of the figure") {
    double next = 1000;
    const bench::spread seen = bench::repeat(3, [&] {
        const double now = next;
        next = next == 1000 ? 1 : next + 1;
        return now;
    });
    CHECK(seen.min == 1);
    CHECK(seen.median == 2);
    CHECK(seen.max == 3);
}

TEST_CASE("pairs run AB BA AB after a warm-up of each") {
    std::string order;
    const auto run = [&](char name, double figure) {
        order += name;
        return figure;
    };
    const bench::paired_spread seen = bench::repeat_in_pairs(
        3, [&] { return run('a', 6); }, [&] { return run('b', 4); });
    CHECK(order == "ababbaab");
    CHECK(seen.a.median == 6);
    CHECK(seen.b.median == 4);
    CHECK(seen.ratio_median == 1.5);
}

TEST_CASE("the ratio is the median of the pairs' ratios, not the ratio of the medians") {
    double a[] = {0, 1, 6, 30};
    double b[] = {0, 10, 12, 3};
    int at_a = 0;
    int at_b = 0;
    const bench::paired_spread seen = bench::repeat_in_pairs(
        3, [&] { return a[at_a++]; }, [&] { return b[at_b++]; });
    CHECK(seen.ratio_median == 0.5); // of 0.1, 0.5 and 10; the medians are 6 and 10
}

} // namespace repeats_test
