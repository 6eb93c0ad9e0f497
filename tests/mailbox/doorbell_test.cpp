#include <iapp/mailbox/doorbell.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <semaphore>
#include <thread>
#include <vector>

using namespace iapp;

namespace doorbell_test {

TEST_CASE("ringing an awake worker wakes nobody, and its bits are collected once") {
    doorbell bell;
    CHECK_FALSE(bell.ring(doorbell::worker_bit(0)));
    CHECK_FALSE(bell.ring(doorbell::worker_bit(61)));
    CHECK_FALSE(bell.ring(doorbell::foreign));
    CHECK(bell.collect() ==
          (doorbell::worker_bit(0) | doorbell::worker_bit(61) | doorbell::foreign));
    CHECK(bell.collect() == 0);
}

TEST_CASE("with mail there is no going to sleep") {
    doorbell bell;
    bell.ring(doorbell::foreign);
    CHECK_FALSE(bell.try_sleep());
    CHECK(bell.collect() == doorbell::foreign);
    CHECK(bell.try_sleep());
}

TEST_CASE("only the first ring of a sleeping worker must wake it") {
    doorbell bell;
    REQUIRE(bell.try_sleep());
    CHECK(bell.ring(doorbell::worker_bit(3)));
    CHECK_FALSE(bell.ring(doorbell::worker_bit(4)));
    CHECK_FALSE(bell.ring(doorbell::worker_bit(3)));
    CHECK(bell.collect() == (doorbell::worker_bit(3) | doorbell::worker_bit(4)));
}

TEST_CASE("a worker that woke by itself is not woken any more") {
    doorbell bell;
    REQUIRE(bell.try_sleep());
    CHECK(bell.collect() == 0); // the asleep bit is not reported
    CHECK_FALSE(bell.ring(doorbell::foreign));
}

TEST_CASE("each sleep gets exactly one wake, whoever rings") {
    constexpr unsigned producers = 3;
    constexpr unsigned rings = 20'000;
    doorbell bell;
    std::counting_semaphore<> wakes{0};
    std::atomic<std::uint64_t> woken{0};
    std::atomic<std::uint64_t> pushed[producers] = {};
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < producers; ++i) {
        threads.emplace_back([&, i] {
            for (unsigned n = 0; n < rings; ++n) {
                pushed[i].fetch_add(1, std::memory_order_relaxed); // published by ring()
                if (bell.ring(doorbell::worker_bit(i))) {
                    woken.fetch_add(1);
                    wakes.release();
                }
            }
        });
    }
    // The owner sleeps whenever it may; a lost wake would leave it asleep for ever, and a doubled
    // one would be left over at the end.
    std::uint64_t seen[producers] = {};
    std::uint64_t sleeps = 0;
    const auto all_seen = [&] {
        for (const std::uint64_t count : seen) {
            if (count != rings) {
                return false;
            }
        }
        return true;
    };
    while (!all_seen()) {
        const std::uint64_t bits = bell.collect();
        for (unsigned i = 0; i < producers; ++i) {
            if ((bits & doorbell::worker_bit(i)) != 0) {
                seen[i] = pushed[i].load(std::memory_order_relaxed);
            }
        }
        if (!all_seen() && bell.try_sleep()) {
            ++sleeps;
            wakes.acquire();
        }
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(woken == sleeps);
    CHECK_FALSE(wakes.try_acquire());
}

} // namespace doorbell_test
