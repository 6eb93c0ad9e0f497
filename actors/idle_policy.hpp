#pragma once
// What a worker does when it has nothing to do: how long it looks for mail before it sleeps.

#include <iapp/reactor/clock.hpp>

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
    // found nothing a few times; and only where the process has a processor for each worker. So an
    // idle worker uses none.
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
        if (how_ == idle_policy::kind::adaptive) {
            budget_ = budget_ > max_ / 8 ? budget_ / 2 : duration::zero();
        }
    }

    // Mail ended a sleep, or a spin, after that time.
    void mail_came_after(duration waited) noexcept {
        if (how_ == idle_policy::kind::adaptive && waited <= max_) {
            budget_ = max_;
        }
    }

  private:
    idle_policy::kind how_;
    duration max_;
    duration budget_{0};
};

} // namespace iapp
