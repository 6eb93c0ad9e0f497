#pragma once
// Runs one case repeatedly and prints what came of it.

#include "harness/processor_pair.hpp"
#include "harness/repeats.hpp"
#include "harness/summary.hpp"
#include "messages/options.hpp"

#include <functional>
#include <string_view>

namespace bench {

// One run of a case.
struct case_run {
    double ns = 0;              // a message, round trip or delivery
    std::uint64_t handled = 0;  // of those
    std::uint64_t checksum = 0; // over what was handled
};

// What each run of the case must come to; its ns is 0.
case_run expected_of(const message_options& options);

// All runs of a case.
struct case_figures {
    spread ns;
    double line_ns_before = 0; // the cache line's round trip, see harness/cache_line.hpp
    double line_ns_after = 0;
    case_run seen;     // by the last run, or by the first that went wrong
    case_run expected; // by each run
    bool ok = true;    // every run saw what was expected
};

// Measures the line, runs `once` as often as the options say, measures the line again.
case_figures measure_case(const message_options& options, const processor_pair& processors,
                          const std::function<case_run()>& once);

// The fields that all message benchmarks have.
void add_case_fields(json_object& summary, const message_options& options,
                     const case_figures& figures);

// Prints the summary, as JSON or as a line for people; gives the exit status.
int report_case(std::string_view program, std::string_view engine, const message_options& options,
                const case_figures& figures, double seconds);

} // namespace bench
