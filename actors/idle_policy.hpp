#pragma once
// What a worker does when it has nothing to do: how long it looks for mail before it sleeps.

#include <iapp/reactor/clock.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace iapp {

// A sleeping worker costs the one who wakes it a system call and itself some 10 to 30 us; a
// spinning one costs a processor.
struct idle_policy {
    enum class kind : std::uint8_t { sleep, spin, adaptive };

    kind how = kind::adaptive;
    std::chrono::microseconds spin_max{50}; // of spin and adaptive

    // Never spins.
    static constexpr idle_policy sleep() noexcept { return {kind::sleep, {}}; }

    // Spins for so long before each sleep.
    static constexpr idle_policy spin_for(std::chrono::microseconds time) noexcept {
        return {kind::spin, time};
    }

    // Spins only while it pays: after a sleep that mail ended within spin_max, until spinning has
    // found nothing a few times; less and less often where it finds something in fewer than half
    // of the cases, be it that whoever should send gets no processor meanwhile; and only where the
    // process has a processor for each worker. So an idle worker uses none.
    static constexpr idle_policy adaptive() noexcept { return {}; }
};

// The state of one worker's policy. Worker's thread only.
class idle_spin {
  public:
    // `processor_free`: whether a spinning worker keeps nobody from running.
    idle_spin(const idle_policy& policy, bool processor_free) noexcept
        : how_{policy.how}, max_{policy.spin_max} {
        if (how_ == idle_policy::kind::adaptive && !processor_free) {
            how_ = idle_policy::kind::sleep;
        }
        if (how_ == idle_policy::kind::spin) {
            budget_ = max_;
        }
    }

    // How long to spin now, before a sleep.
    duration budget() const noexcept { return budget_; }

    // A spin of the whole budget found nothing.
    void spun_in_vain() noexcept {
        if (how_ != idle_policy::kind::adaptive || budget_ == duration::zero()) {
            return;
        }
        budget_ = budget_ > max_ / 8 ? budget_ / 2 : duration::zero();
        if (--trust_ == 0) {
            budget_ = duration::zero();
            rest_ = std::clamp(2 * rest_, 1U, rest_most);
            resting_ = rest_;
            trust_ = trust_after_rest;
        }
    }

    // A spin found mail.
    void spin_paid() noexcept {
        if (trust_ < trust_most && ++trust_ == trust_most) {
            rest_ = 0;
        }
    }

    // Whether sleeps are to be timed: while mail ends some of them. So a worker with I/O alone pays
    // for no clock.
    bool watches() const noexcept { return watched_ > 0; }

    // A sleep has ended, by mail or not, after that time (duration::max(): nobody has looked).
    void slept(bool by_mail, duration time) noexcept {
        if (how_ != idle_policy::kind::adaptive) {
            return;
        }
        constexpr unsigned sleeps_watched = 16;
        watched_ = by_mail ? sleeps_watched : watched_ - (watched_ > 0 ? 1 : 0);
        if (!by_mail || time > max_) {
            return;
        }
        if (resting_ > 0) {
            --resting_;
        } else {
            budget_ = max_;
        }
    }

  private:
    // A saturating counter, as for branches: up with each spin that pays, down with each in vain.
    // At 0 so many short sleeps must pass before the next spin, twice as many each time, until the
    // counter has been full again.
    static constexpr unsigned trust_most = 8;
    static constexpr unsigned trust_after_rest = 2;
    static constexpr unsigned rest_most = 64;

    idle_policy::kind how_;
    duration max_;
    duration budget_{0};
    unsigned watched_ = 0; // sleeps to be timed yet
    unsigned trust_ = trust_most;
    unsigned rest_ = 0;    // the last one
    unsigned resting_ = 0; // what is left of it
};

} // namespace iapp
