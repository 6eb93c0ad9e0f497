#pragma once
// The library's time line. Nothing in the library asks the system for the time: whoever drives a
// worker passes it in, so that a whole system can run under a clock made up by a test.

#include <chrono>
#include <cstdint>
#include <ratio>

namespace iapp {

// A steady time line in nanoseconds whose origin is whatever the driver of the worker chose (an
// engine takes the kernel's monotonic clock, a test any number). It deliberately has no now().
struct monotonic_clock {
    using rep = std::int64_t;
    using period = std::nano;
    using duration = std::chrono::nanoseconds;
    using time_point = std::chrono::time_point<monotonic_clock>;
    static constexpr bool is_steady = true;
};

using time_point = monotonic_clock::time_point;
using duration = monotonic_clock::duration;

// The end of a span that may be longer than all time.
template <class Clock>
constexpr std::chrono::time_point<Clock, duration>
deadline_after(std::chrono::time_point<Clock, duration> now, duration span) noexcept {
    using instant = std::chrono::time_point<Clock, duration>;
    return span < instant::max() - now ? now + span : instant::max();
}

} // namespace iapp
