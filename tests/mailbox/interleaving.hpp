#pragma once
// What the interleaved tests share: running a scenario under many seeds, and faults to be planted.

#include "support/random.hpp"
#include "support/scheduled_atomic.hpp"
#include "support/scheduler.hpp"

#include <iapp/mailbox/doorbell.hpp>

#include <cstdint>
#include <string>

namespace iapp::test {

// Runs scenario(scheduler, seed), which returns what failed, under so many seeds from the test's
// own. Empty, or the first failure and how to repeat it.
template <class Scenario>
std::string first_failure(unsigned threads, std::uint64_t seeds, Scenario scenario) {
    scheduler order{threads};
    for (std::uint64_t i = 0; i < seeds; ++i) {
        order.begin(seed() + i);
        const std::string failure = scenario(order);
        if (!failure.empty()) {
            return failure + " with IAPP_TEST_SEED=" + std::to_string(seed() + i);
        }
    }
    return {};
}

// As many seeds as find each planted fault with much to spare.
inline constexpr std::uint64_t fault_seeds = 3'000;

// Faults, put into the library's own code through its atomics.

// No operation orders anything.
template <class T>
class relaxed_atomic : public scheduled_atomic<T> {
  public:
    using scheduled_atomic<T>::scheduled_atomic;
    static constexpr auto relaxed = std::memory_order_relaxed;

    T load(std::memory_order) const noexcept { return scheduled_atomic<T>::load(relaxed); }

    void store(T value, std::memory_order) noexcept { scheduled_atomic<T>::store(value, relaxed); }

    T exchange(T value, std::memory_order) noexcept {
        return scheduled_atomic<T>::exchange(value, relaxed);
    }

    T fetch_or(T bits, std::memory_order) noexcept {
        return scheduled_atomic<T>::fetch_or(bits, relaxed);
    }

    T fetch_and(T bits, std::memory_order) noexcept {
        return scheduled_atomic<T>::fetch_and(bits, relaxed);
    }

    bool compare_exchange_strong(T& expected, T desired, std::memory_order,
                                 std::memory_order) noexcept {
        return scheduled_atomic<T>::compare_exchange_strong(expected, desired, relaxed, relaxed);
    }

    bool compare_exchange_weak(T& expected, T desired, std::memory_order,
                               std::memory_order) noexcept {
        return scheduled_atomic<T>::compare_exchange_weak(expected, desired, relaxed, relaxed);
    }
};

// A look before the fetch_or: when the bits are there already, it is saved.
template <class T>
class looking_atomic : public scheduled_atomic<T> {
  public:
    using scheduled_atomic<T>::scheduled_atomic;

    T fetch_or(T bits, std::memory_order order) noexcept {
        const T seen = this->load(std::memory_order_relaxed);
        return (seen & bits) == bits ? seen : scheduled_atomic<T>::fetch_or(bits, order);
    }
};

// A comparison and a store instead of the compare_exchange.
template <class T>
class two_step_atomic : public scheduled_atomic<T> {
  public:
    using scheduled_atomic<T>::scheduled_atomic;

    bool compare_exchange_strong(T& expected, T desired, std::memory_order success,
                                 std::memory_order failure) noexcept {
        const T seen = this->load(failure);
        if (seen != expected) {
            expected = seen;
            return false;
        }
        this->store(desired, success);
        return true;
    }
};

// A worker as far as sleeping goes: its doorbell, and the kernel's token that wakes it.
template <template <class> class Atomic>
class sleeper {
  public:
    basic_doorbell<Atomic> bell;

    // By whoever has rung.
    void wake_if(bool must) {
        if (must) {
            scheduler::current().point();
            ++wakes_;
            scheduler::current().check(wakes_ <= sleeps_, "more wakes than sleeps");
            token_ = true;
        }
    }

    // By the worker, when it has nothing to do.
    void sleep() {
        if (bell.try_sleep()) {
            ++sleeps_;
            scheduler::current().block_until([this] { return token_; });
            token_ = false;
        }
    }

    bool each_sleep_had_its_wake() const noexcept { return wakes_ == sleeps_ && !token_; }

  private:
    bool token_ = false;
    unsigned sleeps_ = 0;
    unsigned wakes_ = 0;
};

} // namespace iapp::test
