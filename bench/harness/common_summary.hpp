#pragma once
// The fields that every summary has.

#include <iapp/actors/statistics.hpp>

#include "harness/errors.hpp"
#include "harness/json.hpp"
#include "harness/options.hpp"

#include <string_view>

namespace bench {

// A summary with program, version, engine, workers, seconds, cpu_seconds, ok and errors.
json_object begin_summary(std::string_view program, std::string_view engine, unsigned workers,
                          double seconds, bool ok, const error_counts& errors);

// Adds what a stopped system counted: messages, operations, what was left.
void add_system_fields(json_object& summary, const iapp::worker_statistics& system);

// True when nothing is left over: every operation ended, no socket and no buffer is out, every
// message was delivered or counted.
bool nothing_left(const iapp::worker_statistics& system);

} // namespace bench
