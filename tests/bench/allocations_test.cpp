#include "harness/allocations.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

namespace allocations_test {

namespace {

// Through a volatile pointer, so that no compiler leaves out what nobody reads.
template <class Made>
void keep(Made* made) {
    Made* volatile kept = made;
    static_cast<void>(kept);
}

void allocate(int times) {
    for (int i = 0; i < times; ++i) {
        auto made = std::make_unique<long>(i);
        keep(made.get());
    }
}

} // namespace

TEST_CASE("each new is one allocation of its size, of this thread and of the process") {
    const bench::allocation_meter meter;
    allocate(3);
    CHECK(meter.by_this_thread().calls == 3);
    CHECK(meter.by_this_thread().bytes == 3 * sizeof(long));
    CHECK(meter.by_process().calls == 3);
}

TEST_CASE("arrays and over-aligned objects are counted once each") {
    struct alignas(256) wide {
        char bytes[256];
    };

    const bench::allocation_meter meter;
    auto array = std::make_unique<int[]>(10);
    keep(array.get());
    auto aligned = std::make_unique<wide>();
    keep(aligned.get());
    CHECK(meter.by_this_thread().calls == 2);
    CHECK(meter.by_this_thread().bytes >= 10 * sizeof(int) + sizeof(wide));
    CHECK(reinterpret_cast<std::uintptr_t>(aligned.get()) % alignof(wide) == 0);
}

TEST_CASE("malloc, calloc and realloc are counted where malloc is") {
    const bench::allocation_meter meter;
    void* first = std::malloc(10);
    keep(first);
    void* second = std::calloc(4, 5);
    keep(second);
    second = std::realloc(second, 100'000);
    keep(second);
    const bench::allocation_count seen = meter.by_this_thread();
    std::free(first);
    std::free(second);
    CHECK(seen.calls == (bench::counts_malloc ? 3 : 0));
    CHECK(seen.bytes == (bench::counts_malloc ? 10 + 20 + 100'000 : 0));
}

TEST_CASE("freeing and computing count nothing") {
    auto made = std::make_unique<long>(1);
    keep(made.get());
    const bench::allocation_meter meter;
    made.reset();
    CHECK(meter.by_process().calls == 0);
}

TEST_CASE("what other threads allocate is the process's, also of more threads than have a slot") {
    constexpr int threads = 300;
    constexpr int each = 50;
    const bench::allocation_meter meter;
    for (int i = 0; i < threads; ++i) {
        std::thread{[] {
            const bench::allocation_meter own;
            allocate(each);
            if (own.by_this_thread().calls != each) {
                std::abort();
            }
        }}.join();
    }
    const std::uint64_t mine = meter.by_this_thread().calls;
    CHECK(meter.by_process().calls >= mine + threads * each);
    // A thread's start costs this one some allocations, but far from as many as were made there.
    CHECK(mine < threads * each);
}

} // namespace allocations_test
