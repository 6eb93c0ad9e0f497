#pragma once
// The problems of the Savina benchmark suite that we run (S. Imam, V. Sarkar: "Savina - An Actor
// Benchmark Suite", AGERE! 2014): what is done, with which numbers, and what must come out. The
// numbers are the defaults of the authors' programs (https://github.com/shamsimam/savina). The
// programs on every library take them from here.

#include <cstdint>
#include <set>

namespace savina {

// counting: one actor sends `n` increments to a counter and then asks for the count.
inline constexpr std::uint64_t counting_n = 1'000'000;

// fork_join_create: `n` actors are made, each gets one message, computes and ends.
inline constexpr std::uint64_t fork_join_create_n = 40'000;

// fork_join_throughput: `actors` actors get `n` messages each, one to every actor in turn, and
// compute on each; an actor ends with its last. The result counts messages.
inline constexpr std::uint64_t fork_join_throughput_n = 10'000;
inline constexpr unsigned fork_join_throughput_actors = 60;

// thread_ring: a token goes `n` hops through a ring of `actors`. The result counts hops.
inline constexpr std::uint64_t thread_ring_n = 100'000;
inline constexpr unsigned thread_ring_actors = 100;

// concurrent_dictionary: `workers` actors do `n` requests each to one actor that holds a
// dictionary, one at a time; `write_percent` of them write. The result is the number of answered
// requests plus the number of different keys in the dictionary at the end.
inline constexpr std::uint64_t concurrent_dictionary_n = 10'000;
inline constexpr unsigned concurrent_dictionary_workers = 20;
inline constexpr unsigned concurrent_dictionary_write_percent = 10;
inline constexpr std::uint64_t concurrent_dictionary_keys = 524'287;

// bounded_buffer: `producers` actors make `n` items each, at a cost, and hand them to a manager
// whose buffer has `slots` places; `consumers` actors take them, at a cost. A producer makes the
// next item only when the manager lets it. The result counts items consumed.
inline constexpr std::uint64_t bounded_buffer_n = 1'000;
inline constexpr unsigned bounded_buffer_slots = 50;
inline constexpr unsigned bounded_buffer_producers = 40;
inline constexpr unsigned bounded_buffer_consumers = 40;
inline constexpr unsigned bounded_buffer_cost = 25; // steps of work for an item, on either side

// sleeping_barber: `n` customers come to a waiting room of `seats`, some time apart; who finds it
// full comes again; one barber cuts their hair, which takes some time. The result counts haircuts.
inline constexpr std::uint64_t sleeping_barber_n = 5'000;
inline constexpr unsigned sleeping_barber_seats = 1'000;
inline constexpr unsigned sleeping_barber_arrival_steps = 1'000; // at most, of work
inline constexpr unsigned sleeping_barber_haircut_steps = 1'000; // at most, of work

// cigarette_smokers: an arbiter lets one of `smokers`, by chance, smoke for a while, `n` times; the
// next may start as soon as one has started. The result counts smokes.
inline constexpr std::uint64_t cigarette_smokers_n = 1'000;
inline constexpr unsigned cigarette_smokers_smokers = 200;
inline constexpr unsigned cigarette_smokers_steps = 1'000; // at most, of work

// Numbers that look random and are the same in each run (G. Marsaglia, "Xorshift RNGs", 2003).
class random_numbers {
  public:
    explicit random_numbers(std::uint64_t seed) noexcept : state_{seed * 2 + 88172645463325252U} {}

    // From 0 to limit - 1.
    std::uint64_t below(std::uint64_t limit) noexcept {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return state_ % limit;
    }

  private:
    std::uint64_t state_; // never 0: even plus even, and the addend is not 0
};

// Work that takes a time in proportion to `steps`; nobody knows its result beforehand.
inline std::uint64_t work(std::uint64_t steps) noexcept {
    random_numbers numbers{steps};
    std::uint64_t sum = 1;
    for (std::uint64_t i = 0; i < steps; ++i) {
        sum += numbers.below(1000);
    }
    return sum;
}

// What a worker of concurrent_dictionary asks for.
struct dictionary_request {
    bool write;
    std::uint64_t key;
};

inline dictionary_request next_request(random_numbers& of_worker) noexcept {
    const bool write = of_worker.below(100) < concurrent_dictionary_write_percent;
    return {write, of_worker.below(concurrent_dictionary_keys)};
}

inline std::uint64_t concurrent_dictionary_expected(std::uint64_t n) {
    std::set<std::uint64_t> keys;
    for (unsigned worker = 0; worker < concurrent_dictionary_workers; ++worker) {
        random_numbers numbers{worker};
        for (std::uint64_t i = 0; i < n; ++i) {
            if (const dictionary_request request = next_request(numbers); request.write) {
                keys.insert(request.key);
            }
        }
    }
    return n * concurrent_dictionary_workers + keys.size();
}

} // namespace savina
