#pragma once
// A benchmark's case: run several times, checked each time, with the figures that it gives.

#include "harness/json.hpp"
#include "harness/processor_pair.hpp"
#include "harness/repeats.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace bench {

// One run of a case.
struct case_run {
    double ns = 0;              // for each of what was handled
    std::uint64_t handled = 0;  // messages, round trips, deliveries, hops, actors
    std::uint64_t checksum = 0; // over what was handled
};

// What the flags say of a case, whatever it does.
struct case_settings {
    std::string name;
    unsigned repeats = 9;
    unsigned threads = 2;
    bool json = false;
};

// All runs of a case.
struct case_figures {
    spread ns;
    double ns_first = 0;       // of the run to warm up, which is no part of the spread
    double line_ns_before = 0; // the cache line's round trip, see harness/cache_line.hpp
    double line_ns_after = 0;
    case_run seen;     // by the last run, or by the first that went wrong
    case_run expected; // by each run; its ns is 0
    bool ok = true;    // every run saw what was expected
    double seconds = 0;
};

// Measures the line, runs `once` as often as the settings say, measures the line again.
case_figures measure_case(const case_settings& settings, const processor_pair& processors,
                          const case_run& expected, const std::function<case_run()>& once);

// A summary with the fields that all programs and all cases have.
json_object begin_case_summary(std::string_view program, std::string_view engine,
                               const case_settings& settings, const case_figures& figures);

// Prints the summary as JSON, or a line for people, and on standard error what went wrong. Returns
// the exit status.
int report_case(std::string_view program, const case_settings& settings,
                const case_figures& figures, const json_object& summary);

} // namespace bench
