// What a system's workers hold of the heap before anything has happened.

#include "harness/allocations.hpp"
#include "support/actors.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <latch>

using namespace iapp;
using namespace iapp::test;

namespace memory_test {

namespace {

constexpr unsigned workers = system::workers_max;

// Bytes that a system of that many workers asks for until it runs, for each of them; thread stacks
// are the operating system's and not in it.
std::uint64_t bytes_of_each(const worker_limits& limits) {
    const bench::allocation_meter meter;
    checked_system sys{{.workers = workers, .limits = limits}};
    for (unsigned i = 0; i < workers; ++i) {
        std::latch answered{1};
        REQUIRE(sys->post(worker{i}, [&] { answered.count_down(); }));
        answered.wait(); // it runs and has allocated what it allocates at its start
    }
    return meter.by_process().bytes / workers;
}

} // namespace

TEST_CASE("62 idle workers hold little, and mostly what their limits ask for") {
    const worker_limits limits;
    const std::uint64_t each = bytes_of_each(limits);
    const std::uint64_t ports = port::idle_bytes(limits.port());
    std::printf("an idle worker of %u: %llu bytes of the heap, %llu of them its port\n", workers,
                static_cast<unsigned long long>(each), static_cast<unsigned long long>(ports));
    // 237 KB with io_uring when this was written, 129 KiB of them the door for 1,024 messages and
    // some 16 KB the slots that other workers hold. Half as much again leaves room for other
    // libraries; rings that were made before anybody sends (16 KiB for each of the other 61) would
    // break it.
    CHECK(each < 330'000);
    CHECK(each > ports); // it has been counted
}

TEST_CASE("an idle worker whose door is small holds little else") {
    const worker_limits limits{.foreign_messages_max = 16};
    const std::uint64_t each = bytes_of_each(limits);
    std::printf("with a door for 16 messages: %llu bytes\n", static_cast<unsigned long long>(each));
    CHECK(each < 140'000); // 108 KB with io_uring when this was written
}

} // namespace memory_test
