#pragma once
// Two threads on two processors: how everything that crosses from one to the other is measured.

#include <chrono>
#include <functional>

namespace bench {

// Processors by number; -1 where the system would not say: such a thread runs where it likes.
struct processor_pair {
    int first = -1;
    int second = -1;

    // False on a machine with one processor: both threads then take turns on it.
    bool distinct() const noexcept { return first != second; }
};

// The first two processors that this process may use (taskset(1), cpuset(1)); the same one twice
// where there is no second.
processor_pair choose_processors();

// Keeps the calling thread on a processor; -1 changes nothing. When the system refuses, it says so
// on standard error and the thread runs on unpinned: the figures are then not to be trusted.
void pin_this_thread_to(int processor);

// Calls both functions at the same time, each on a new thread pinned to its processor, and waits
// for both. Returns the time from when both threads stood ready until the later one returned. An
// exception that leaves one of them ends the process.
std::chrono::nanoseconds run_on(const processor_pair& processors,
                                const std::function<void()>& first,
                                const std::function<void()>& second);

// The same with one thread, for what crosses nothing.
std::chrono::nanoseconds run_on(int processor, const std::function<void()>& work);

} // namespace bench
