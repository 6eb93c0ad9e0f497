#pragma once
// scheduled_atomic: an atomic whose operations a scheduler interleaves, and whose memory orders
// count.

#include "support/scheduler.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace iapp::test {

constexpr bool acquires(std::memory_order order) noexcept {
    return order != std::memory_order_relaxed && order != std::memory_order_release;
}

constexpr bool releases(std::memory_order order) noexcept {
    return order != std::memory_order_relaxed && order != std::memory_order_acquire &&
           order != std::memory_order_consume;
}

// Of the shape of std::atomic, as far as the library uses it. Keeps every value it has had in this
// run. A load returns any of them that is not older than what its thread knows; a read-modify-write
// gets the latest. An acquire learns what a release has passed on, also along a chain of
// read-modify-writes (a release sequence). seq_cst counts as acq_rel here: weaker, so what holds
// here holds there.
template <class T>
class scheduled_atomic {
  public:
    scheduled_atomic(T initial) : values_{{initial, {}}} {}

    T load(std::memory_order order) const noexcept {
        scheduler& memory = scheduler::current();
        memory.point();
        std::size_t number = latest();
        const std::size_t oldest = memory.view()[place_];
        if (number > oldest && memory.random().one_in(2)) {
            number = oldest + memory.random().below(number - oldest);
        }
        return see(number, order);
    }

    void store(T value, std::memory_order order) noexcept {
        scheduler::current().point();
        append(value, order, {});
    }

    T exchange(T value, std::memory_order order) noexcept {
        return modify([value](T) { return value; }, order);
    }

    T fetch_or(T bits, std::memory_order order) noexcept {
        return modify([bits](T before) { return before | bits; }, order);
    }

    T fetch_and(T bits, std::memory_order order) noexcept {
        return modify([bits](T before) { return before & bits; }, order);
    }

    T fetch_add(T more, std::memory_order order) noexcept {
        return modify([more](T before) { return before + more; }, order);
    }

    bool compare_exchange_strong(T& expected, T desired, std::memory_order success,
                                 std::memory_order failure) noexcept {
        scheduler::current().point();
        if (values_.back().value != expected) {
            expected = see(latest(), failure);
            return false;
        }
        see(latest(), success);
        append(desired, success, values_.back().passed);
        return true;
    }

    // Fails now and then for no reason, as it may.
    bool compare_exchange_weak(T& expected, T desired, std::memory_order success,
                               std::memory_order failure) noexcept {
        if (scheduler::current().random().one_in(8)) {
            scheduler::current().point();
            expected = see(latest(), failure);
            return false;
        }
        return compare_exchange_strong(expected, desired, success, failure);
    }

  private:
    struct written {
        T value;
        memory_view passed; // what a release passes on with it
    };

    std::size_t latest() const noexcept { return values_.size() - 1; }

    T see(std::size_t number, std::memory_order order) const noexcept {
        memory_view& view = scheduler::current().view();
        view[place_] = static_cast<std::uint32_t>(number);
        if (acquires(order)) {
            view.join(values_[number].passed);
        }
        return values_[number].value;
    }

    void append(T value, std::memory_order order, memory_view passed) noexcept {
        memory_view& view = scheduler::current().view();
        view[place_] = static_cast<std::uint32_t>(values_.size());
        if (releases(order)) {
            passed.join(view);
        }
        values_.push_back({value, passed});
    }

    template <class Change>
    T modify(Change change, std::memory_order order) noexcept {
        scheduler::current().point();
        const T before = see(latest(), order);
        append(change(before), order, values_.back().passed);
        return before;
    }

    std::size_t place_ = scheduler::current().add_place();
    std::vector<written> values_;
};

// A plain variable that threads pass on to each other and never use at the same time. Using it
// without knowing of the last use is a data race, which fails the run.
template <class T>
class scheduled_plain {
  public:
    scheduled_plain() = default;

    scheduled_plain(const T& value) : value_{value} {}

    scheduled_plain& operator=(const T& value) noexcept {
        use();
        value_ = value;
        return *this;
    }

    operator T() const noexcept {
        use();
        return value_;
    }

  private:
    void use() const noexcept {
        scheduler& memory = scheduler::current();
        memory.point();
        if (memory.view()[place_] != uses_) {
            memory.fail("a data race");
        }
        memory.view()[place_] = ++uses_;
    }

    std::size_t place_ = scheduler::current().add_place();
    T value_{};
    mutable std::uint32_t uses_ = 0;
};

// A ring between two threads with the interface of boost::lockfree::spsc_queue and the memory
// orders of its implementation.
template <class T, std::size_t Capacity>
class scheduled_ring {
  public:
    // The pushing thread's: there is at least so much room.
    std::size_t write_available() const noexcept {
        return Capacity -
               (written_.load(std::memory_order_relaxed) - taken_.load(std::memory_order_acquire));
    }

    // The pushing thread's: there is at most so much left to be popped.
    std::size_t read_available() const noexcept {
        return written_.load(std::memory_order_relaxed) - taken_.load(std::memory_order_relaxed);
    }

    std::size_t push(const T* from, std::size_t count) noexcept {
        const std::size_t written = written_.load(std::memory_order_relaxed);
        const std::size_t taken = taken_.load(std::memory_order_acquire);
        std::size_t pushed = 0;
        while (pushed < count && written + pushed - taken < Capacity) {
            slots_[(written + pushed) % Capacity] = from[pushed];
            ++pushed;
        }
        if (pushed > 0) {
            written_.store(written + pushed, std::memory_order_release);
        }
        return pushed;
    }

    std::size_t pop(T* into, std::size_t count) noexcept {
        const std::size_t written = written_.load(std::memory_order_acquire);
        const std::size_t taken = taken_.load(std::memory_order_relaxed);
        std::size_t popped = 0;
        while (popped < count && taken + popped < written) {
            into[popped] = slots_[(taken + popped) % Capacity];
            ++popped;
        }
        if (popped > 0) {
            taken_.store(taken + popped, std::memory_order_release);
        }
        return popped;
    }

  private:
    scheduled_atomic<std::size_t> written_{0};
    scheduled_atomic<std::size_t> taken_{0};
    std::array<scheduled_plain<T>, Capacity> slots_;
};

} // namespace iapp::test
