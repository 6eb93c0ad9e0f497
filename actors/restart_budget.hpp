#pragma once
// restart_budget: how many restarts are left, and how long the next one waits.

#include <iapp/actors/supervision.hpp>

#include <algorithm>
#include <vector>

namespace iapp {

// Of a supervisor: so many restarts within a time that moves on.
class restart_budget {
  public:
    explicit restart_budget(const supervision& how) noexcept
        : max_{how.restarts_max}, within_{how.within} {}

    // Takes one; false when there is none.
    bool take(time_point now) {
        std::erase_if(taken_, [&](time_point then) { return now - then >= within_; });
        if (taken_.size() >= max_) {
            return false;
        }
        taken_.push_back(now);
        return true;
    }

  private:
    std::size_t max_;
    duration within_;
    std::vector<time_point> taken_;
};

// Of one child: longer each time, until it has run for a while.
class restart_pause {
  public:
    duration next(time_point now, const supervision& how) noexcept {
        if (!before_ || now - restarted_ >= how.within) {
            pause_ = std::min(how.backoff.first, how.backoff.max);
        } else if (const auto longer = how.backoff.factor * static_cast<double>(pause_.count());
                   longer < static_cast<double>(how.backoff.max.count())) {
            pause_ = duration{static_cast<duration::rep>(longer)};
        } else {
            pause_ = how.backoff.max;
        }
        before_ = true;
        restarted_ = deadline_after(now, pause_);
        return pause_;
    }

  private:
    bool before_ = false;
    time_point restarted_{};
    duration pause_{};
};

} // namespace iapp
