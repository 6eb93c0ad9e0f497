#pragma once
// turn_clock: the time of the present pass, read only if somebody wants to know it.

#include <iapp/reactor/kernel.hpp>

namespace iapp {

// A pass of a busy worker may handle a single event, and then two readings of the clock for each
// pass were a tenth of all that the library itself did. Most passes have no timer armed and no
// handler that asks. Within a pass the time stands still from the first question on. One worker's
// thread.
class turn_clock {
  public:
    explicit turn_clock(kernel& os) noexcept : os_{os} {}

    // A pass begins, or a wait is over: what was read before is history.
    void restart() noexcept { known_ = false; }

    time_point now() const noexcept {
        if (!known_) {
            now_ = os_.now();
            known_ = true;
        }
        return now_;
    }

  private:
    kernel& os_;
    mutable time_point now_{};
    mutable bool known_ = false;
};

} // namespace iapp
