#include "harness/allocation_counters.hpp"

#include "harness/allocations.hpp"

#include <array>
#include <atomic>

namespace bench {

namespace {

constexpr std::size_t line_bytes = 128; // no two threads write to one line, or to two in a pair
constexpr std::size_t slots = 256;      // the last is shared by all threads that come too late

struct alignas(line_bytes) slot {
    std::atomic<std::uint64_t> calls;
    std::atomic<std::uint64_t> bytes;
};

constinit std::array<slot, slots> table{};
constinit std::atomic<std::size_t> taken{0};

// Of this thread. Constant initialisation: nothing runs, and so nothing allocates, at first use.
struct own {
    slot* place = nullptr;
    std::uint64_t calls = 0;
    std::uint64_t bytes = 0;
};

constinit thread_local own mine{};

slot* take_slot() noexcept {
    const std::size_t index = taken.load(std::memory_order_relaxed);
    if (index >= slots - 1) {
        return &table[slots - 1];
    }
    // relaxed: a slot's number is all that is handed over
    const std::size_t got = taken.fetch_add(1, std::memory_order_relaxed);
    return &table[got < slots - 1 ? got : slots - 1];
}

} // namespace

void count_allocation(std::size_t bytes) noexcept {
    if (mine.place == nullptr) {
        mine.place = take_slot();
    }
    ++mine.calls;
    mine.bytes += bytes;
    // relaxed everywhere: who reads has synchronised with what it asks about by other means
    if (mine.place == &table[slots - 1]) {
        mine.place->calls.fetch_add(1, std::memory_order_relaxed);
        mine.place->bytes.fetch_add(bytes, std::memory_order_relaxed);
    } else {
        mine.place->calls.store(mine.calls, std::memory_order_relaxed);
        mine.place->bytes.store(mine.bytes, std::memory_order_relaxed);
    }
}

allocation_count allocations_of_this_thread() noexcept {
    return {mine.calls, mine.bytes};
}

allocation_count allocations_of_process() noexcept {
    allocation_count sum;
    for (const slot& s : table) {
        sum.calls += s.calls.load(std::memory_order_relaxed);
        sum.bytes += s.bytes.load(std::memory_order_relaxed);
    }
    return sum;
}

} // namespace bench
