#pragma once
// Waiting times in the form that poll(2) and epoll_wait(2) take.

#include <iapp/reactor/clock.hpp>

#include <algorithm>
#include <chrono>

namespace iapp::os {

// Whole milliseconds, rounded up so that a wait never ends before its time and then spins;
// duration::max() waits for ever (-1), more than a day is cut to a day (the caller looks again).
inline int wait_ms(duration timeout) noexcept {
    if (timeout == duration::max()) {
        return -1;
    }
    constexpr duration longest = std::chrono::hours{24};
    const duration bounded = std::clamp(timeout, duration::zero(), longest);
    return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(bounded).count());
}

} // namespace iapp::os
