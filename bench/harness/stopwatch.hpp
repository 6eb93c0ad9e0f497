#pragma once
// Time since the start of a run, and when the next report is due.

#include <algorithm>
#include <chrono>

namespace bench {

class stopwatch {
  public:
    using clock = std::chrono::steady_clock;

    // A report every `interval` (0: none), the end after `duration` (0: never).
    stopwatch(std::chrono::nanoseconds interval, std::chrono::nanoseconds duration)
        : interval_{interval}, duration_{duration}, next_{interval} {}

    std::chrono::nanoseconds elapsed() const { return clock::now() - start_; }

    double seconds() const { return std::chrono::duration<double>(elapsed()).count(); }

    bool over() const { return duration_ > zero && elapsed() >= duration_; }

    // How long to wait for the next report or the end; never longer than a second, so that what
    // is to be said at once does not wait for a long interval.
    std::chrono::nanoseconds until_next() const {
        std::chrono::nanoseconds wait = std::chrono::seconds{1};
        if (interval_ > zero) {
            wait = std::min(wait, next_ - elapsed());
        }
        if (duration_ > zero) {
            wait = std::min(wait, duration_ - elapsed());
        }
        return std::max(wait, zero);
    }

    // True once for each interval that has passed; late ones are not made up for.
    bool report_due() {
        if (interval_ <= zero || elapsed() < next_) {
            return false;
        }
        next_ = std::max(next_ + interval_, elapsed());
        return true;
    }

  private:
    static constexpr std::chrono::nanoseconds zero{0};

    clock::time_point start_ = clock::now();
    std::chrono::nanoseconds interval_;
    std::chrono::nanoseconds duration_;
    std::chrono::nanoseconds next_;
};

} // namespace bench
