#pragma once
// A figure from several runs: median, smallest, largest, and the ratio of two that were
// interleaved.

#include <concepts>
#include <utility>
#include <vector>

namespace bench {

struct spread {
    double median = 0;
    double min = 0;
    double max = 0;
};

// Of at least one value; an even number of them has the mean of the middle two as its median.
spread spread_of(std::vector<double> values);

// Runs `once`, which returns the figure of one run, one time to warm up and then `times` times (at
// least 1).
template <std::invocable Once>
spread repeat(unsigned times, Once&& once) {
    std::vector<double> figures;
    once();
    for (unsigned i = 0; i < times; ++i) {
        figures.push_back(once());
    }
    return spread_of(std::move(figures));
}

struct paired_spread {
    spread a;
    spread b;
    double ratio_median = 0; // of the ratios a/b of each pair
};

// Runs both in turn, AB BA AB …, so that a machine that slows down for a while favours neither;
// each once to warm up, then `pairs` times (at least 1).
template <std::invocable OnceA, std::invocable OnceB>
paired_spread repeat_in_pairs(unsigned pairs, OnceA&& a, OnceB&& b) {
    std::vector<double> of_a;
    std::vector<double> of_b;
    std::vector<double> ratios;
    a();
    b();
    for (unsigned i = 0; i < pairs; ++i) {
        if (i % 2 == 0) {
            of_a.push_back(a());
            of_b.push_back(b());
        } else {
            of_b.push_back(b());
            of_a.push_back(a());
        }
        ratios.push_back(of_a.back() / of_b.back());
    }
    return {spread_of(std::move(of_a)), spread_of(std::move(of_b)),
            spread_of(std::move(ratios)).median};
}

} // namespace bench
