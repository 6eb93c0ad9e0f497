#include "harness/processor_pair.hpp"
#include "raw/messages/messages.hpp"

#include <doctest/doctest.h>

namespace raw_messages_test {

// Each of them ends the program when something is lost, doubled or out of order.

TEST_CASE("every element comes through a ring, of each size, also when a batch is not full") {
    const bench::processor_pair processors = bench::choose_processors();
    for (const std::size_t bytes : {16, 32, 64}) {
        CHECK(raw::ring_flow_ns(processors, bytes, 10 * raw::ring_slots + 7) > 0);
    }
}

TEST_CASE("an element comes back as often as it was sent, in order") {
    CHECK(raw::ring_round_trip_ns(bench::choose_processors(), 200) > 0);
}

TEST_CASE("every subscriber of a broadcast gets every event once, whatever their number") {
    for (const std::size_t subscribers : {1, 2, 101}) {
        CHECK(raw::broadcast_ns(bench::choose_processors(), subscribers, 10'100) > 0);
    }
}

TEST_CASE("two threads that sleep wake each other every time") {
    CHECK(raw::sleeping_round_trip_ns(bench::choose_processors(), 1000) > 0);
}

} // namespace raw_messages_test
