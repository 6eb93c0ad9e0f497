#pragma once
// scheduler: runs a few threads one at a time, in an order drawn from a seed, on a memory that is
// as weak as the orders of their atomic operations allow.

#include "support/random.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

namespace iapp::test {

// What a thread, or a value that it has published, knows of each place in memory: the number of the
// oldest value there that it may still see. (The views of Kang et al., "A Promising Semantics for
// Relaxed-Memory Concurrency", POPL 2017, without promises.)
class memory_view {
  public:
    static constexpr std::size_t places_max = 64;

    std::uint32_t& operator[](std::size_t place) noexcept { return oldest_[place]; }

    std::uint32_t operator[](std::size_t place) const noexcept { return oldest_[place]; }

    // From now on knows what the other knows as well.
    void join(const memory_view& other) noexcept;

  private:
    std::array<std::uint32_t, places_max> oldest_{};
};

// Only one thread runs at any time; it may hand over at each point(), and scheduled_atomic has one
// before each of its operations. The same seed gives the same run. Not for use by several threads
// but those it runs. One run: begin(), make what the threads share, run().
class scheduler {
  public:
    // Points in one run; beyond it the run has failed, since nothing here takes so long to end.
    static constexpr std::uint64_t points_max = 20'000;

    // Its threads wait from one run to the next.
    explicit scheduler(unsigned threads);
    ~scheduler();
    scheduler(const scheduler&) = delete;
    scheduler& operator=(const scheduler&) = delete;

    // The one that has begun last.
    static scheduler& current() noexcept { return *current_; }

    void begin(std::uint64_t seed);

    // Runs all bodies to their ends, at most as many as there are threads. Empty, or what failed.
    std::string run(std::vector<std::function<void()>> bodies);

    // The rest is for the bodies and what they call.

    // Another thread may run here.
    void point() noexcept;

    // Waits. When all wait that have not ended, a wake was lost and the run has failed. Leaves by
    // an exception, which the bodies let pass, when the run has failed.
    void block_until(std::function<bool()> ready);

    // Fails the run, and leaves by the exception if it has failed. In every loop of a body.
    void check(bool holds, const char* what);

    // Fails the run where no exception may pass.
    void fail(const char* what) noexcept;

    random_source& random() noexcept { return random_; }

    // A new place in memory, which holds value 0.
    std::size_t add_place();

    // What the running thread knows.
    memory_view& view() noexcept { return views_[running_]; }

  private:
    struct stopped {};

    struct thread_state {
        std::function<void()> body;
        std::function<bool()> ready; // empty: does not wait
        bool ended = true;
        std::binary_semaphore turn{0};
        std::thread thread;
    };

    void serve(unsigned self);
    bool runnable(const thread_state& state) const;
    unsigned choose();
    void hand_over(unsigned to);
    void end_body();

    static inline scheduler* current_ = nullptr;
    const unsigned outside_; // stands for the thread that calls run()
    std::vector<std::unique_ptr<thread_state>> threads_;
    std::vector<memory_view> views_;
    std::binary_semaphore done_{0};
    random_source random_{0};
    std::string failure_;
    std::uint64_t points_ = 0;
    std::uint64_t pace_ = 1; // hands over at one in so many points
    std::size_t places_ = 0;
    unsigned running_;
    bool closing_ = false;
};

} // namespace iapp::test
