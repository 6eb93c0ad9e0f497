#include "harness/cache_line.hpp"

#include "harness/repeats.hpp"
#include "harness/spin_wait.hpp"

#include <atomic>
#include <cstdint>

namespace bench {

namespace {

// The first thread writes odd numbers, the second even ones, each after it has seen the other's.
double round_trip_ns(const processor_pair& processors, std::uint64_t round_trips) {
    struct alignas(cache_line_bytes) padded {
        std::atomic<std::uint64_t> turn{0};
    };

    padded line;
    const auto take_turns = [&](std::uint64_t first_turn) {
        for (std::uint64_t i = 0; i < round_trips; ++i) {
            const std::uint64_t mine = 2 * i + first_turn;
            // acquire and release pair with the same line of the other thread
            spin_until([&] { return line.turn.load(std::memory_order_acquire) == mine; });
            line.turn.store(mine + 1, std::memory_order_release);
        }
    };
    const std::chrono::duration<double, std::nano> took = run_on(
        processors, [&] { take_turns(0); }, [&] { take_turns(1); });
    return took.count() / static_cast<double>(round_trips);
}

} // namespace

double cache_line_round_trip_ns(const processor_pair& processors) {
    if (!processors.distinct()) {
        return 0;
    }
    constexpr unsigned batches = 5;
    constexpr std::uint64_t round_trips = 20'000;
    return repeat(batches, [&] { return round_trip_ns(processors, round_trips); }).median;
}

std::string_view cache_line_class(double round_trip_ns) noexcept {
    if (round_trip_ns <= 0) {
        return "none";
    }
    return round_trip_ns < 87 ? "smt" : round_trip_ns < 305 ? "near" : "far";
}

} // namespace bench
