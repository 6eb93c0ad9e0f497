#pragma once
// The fields that every summary has, whatever the program is written with.

#include "harness/errors.hpp"
#include "harness/json.hpp"

#include <string_view>

namespace bench {

// A summary with program, version, engine, workers, seconds, cpu_seconds, ok and errors.
json_object begin_summary(std::string_view program, std::string_view engine, unsigned workers,
                          double seconds, bool ok, const error_counts& errors);

} // namespace bench
