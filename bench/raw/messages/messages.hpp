#pragma once
// The least that two threads can do to each other, as a measure for messages between workers. None
// of it is an actor, or knows one; each function runs two pinned threads, checks what arrived and
// returns nanoseconds. A loss, a doubling or a change of order ends the program.

#include "harness/processor_pair.hpp"

#include <cstddef>
#include <cstdint>

namespace raw {

// How many elements a ring takes, and how many go in and out of it at once.
inline constexpr std::size_t ring_slots = 1024;
inline constexpr std::size_t ring_batch = 64;

// Elements of 16, 32 or 64 bytes (no others) from one thread to the other through a
// boost::lockfree::spsc_queue of ring_slots, pushed and popped in batches of ring_batch. Both spin.
// Nanoseconds an element, with every element's words written and read.
double ring_flow_ns(const bench::processor_pair& processors, std::size_t element_bytes,
                    std::uint64_t count);

// One 16-byte element goes to the other thread and back, through two such rings, both spinning.
// Nanoseconds a round trip. For a bare cache line see harness/cache_line.hpp.
double ring_round_trip_ns(const bench::processor_pair& processors, std::uint64_t round_trips);

// Each thread wakes the other and sleeps until it is woken: eventfd and epoll on Linux, EVFILT_USER
// and kqueue elsewhere, edge-triggered, so that a round trip is two wakes and two waits and nothing
// else. Nanoseconds a round trip.
double sleeping_round_trip_ns(const bench::processor_pair& processors, std::uint64_t round_trips);

// One thread publishes deliveries / subscribers events of 16 bytes: it calls every other subscriber
// itself and sends the event through such a ring to the other thread, which calls the rest, all by
// pointers to functions. Nanoseconds a delivery.
double broadcast_ns(const bench::processor_pair& processors, std::size_t subscribers,
                    std::uint64_t deliveries);

} // namespace raw
