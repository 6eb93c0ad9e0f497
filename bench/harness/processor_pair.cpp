#include "harness/processor_pair.hpp"

#include "harness/spin_wait.hpp"

#include <iapp/reactor/os/threads.hpp>

#include <algorithm>
#include <atomic>
#include <fmt/format.h>
#include <thread>
#include <vector>

namespace bench {

namespace {

using clock = std::chrono::steady_clock;

struct interval {
    clock::time_point begin;
    clock::time_point end;
};

} // namespace

processor_pair choose_processors() {
    const std::vector<int> usable = iapp::os::usable_processors();
    if (usable.empty()) {
        return {};
    }
    return {usable[0], usable[usable.size() > 1 ? 1 : 0]};
}

void pin_this_thread_to(int processor) {
    if (processor >= 0 && !iapp::os::pin_this_thread(processor)) {
        fmt::print(stderr, "cannot keep a thread on processor {}\n", processor);
    }
}

std::chrono::nanoseconds run_on(const processor_pair& processors,
                                const std::function<void()>& first,
                                const std::function<void()>& second) {
    std::atomic<int> ready{0};
    const auto run = [&ready](int processor, const std::function<void()>& work, interval& took) {
        pin_this_thread_to(processor);
        ready.fetch_add(1, std::memory_order_acq_rel); // pairs with the other thread's load
        spin_until([&] { return ready.load(std::memory_order_acquire) == 2; });
        took.begin = clock::now();
        work();
        took.end = clock::now();
    };
    interval a;
    interval b;
    std::thread other{[&] { run(processors.second, second, b); }};
    // The calling thread keeps its own affinity, so the first function gets a thread as well.
    std::thread one{[&] { run(processors.first, first, a); }};
    one.join();
    other.join();
    return std::max(a.end, b.end) - std::min(a.begin, b.begin);
}

std::chrono::nanoseconds run_on(int processor, const std::function<void()>& work) {
    interval took;
    std::thread thread{[&] {
        pin_this_thread_to(processor);
        took.begin = clock::now();
        work();
        took.end = clock::now();
    }};
    thread.join();
    return took.end - took.begin;
}

} // namespace bench
