#pragma once

#include <chrono>

namespace selftest {

using milliseconds = std::chrono::milliseconds;

// IAPP_TEST_SLOW, a factor of at least 1 for slow hosts; 1 when unset or not a number.
int slowness();

// How long a check waits for something that must come. Reached only on a failure.
milliseconds patience();

// How long a check watches for something that must not come. Too short a time can only hide a
// failure, never make one.
milliseconds quiet();

// After this long a check is killed, whatever it waits for.
milliseconds check_limit();

// Milliseconds since start on the monotonic clock, as a fraction.
double elapsed_ms(std::chrono::steady_clock::time_point start);

} // namespace selftest
