#pragma once
// open_count: how many connections of a whole program are open at one time.

#include <atomic>
#include <cstdint>

namespace bench {

// Workers of a program may have their most connections at different times, so that what each of
// them counts does not add up to this. Any thread; one addition at each end of a connection's life.
class open_count {
  public:
    void opened() noexcept {
        const std::uint64_t now = open_.fetch_add(1, order) + 1;
        std::uint64_t most = peak_.load(order);
        while (most < now && !peak_.compare_exchange_weak(most, now, order)) {
        }
    }

    void closed() noexcept { open_.fetch_sub(1, order); }

    // The most that were open at one time.
    std::uint64_t peak() const noexcept { return peak_.load(order); }

  private:
    static constexpr auto order =
        std::memory_order_relaxed; // these are figures: they order nothing

    std::atomic<std::uint64_t> open_{0};
    std::atomic<std::uint64_t> peak_{0};
};

} // namespace bench
