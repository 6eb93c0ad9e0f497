#pragma once
// offload_pool: threads for work that blocks.

#include <iapp/actors/offload_job.hpp>

#include <boost/lockfree/queue.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <semaphore>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace iapp {

struct offload_options {
    unsigned threads = 4;         // started with the first work; 0: all work is refused
    std::size_t queue_max = 1024; // work that waits for a thread; beyond it: refused
};

// Counts what there is to do, and lets threads sleep that find nothing. Not
// std::counting_semaphore: that of GCC 12 notifies nobody when its count was above zero, so that
// one of two sleeping threads may sleep on beside the second piece of work.
class work_count {
  public:
    // Any thread.
    void add(int more) noexcept {
        count_.fetch_add(more, std::memory_order_release); // pairs with take()
        for (; more > 0; --more) {
            count_.notify_one();
        }
    }

    // Waits until there is something, and takes one.
    void take() noexcept {
        int there = count_.load(std::memory_order_relaxed);
        while (true) {
            if (there == 0) {
                count_.wait(0, std::memory_order_relaxed);
                there = count_.load(std::memory_order_relaxed);
                // acquire: pairs with add(); what was queued before it is there.
            } else if (count_.compare_exchange_weak(there, there - 1, std::memory_order_acquire,
                                                    std::memory_order_relaxed)) {
                return;
            }
        }
    }

  private:
    std::atomic<int> count_{0};
};

// One for a system. A worker hands work over without waiting, but for the first time, when the
// threads are started.
class offload_pool {
  public:
    explicit offload_pool(const offload_options& options, std::string name);
    // After stop() was true, or when nothing was ever submitted.
    ~offload_pool();
    offload_pool(const offload_pool&) = delete;
    offload_pool& operator=(const offload_pool&) = delete;

    // A worker: no error, and the job will come home. Errors: actor_error::refused at queue_max,
    // or the system's when it gives no thread.
    std::error_code submit(offload_job& job);

    // Does the oldest work in this thread; false when there is none. For drivers without threads.
    bool run_one() noexcept;

    // Whether run_one() would find some.
    bool has_work() const noexcept;

    // After all workers have ended, which abandons all work: what has not begun comes home undone,
    // what has begun is waited for. False: not over by then; it may be called again.
    bool stop(std::chrono::steady_clock::time_point deadline);

    // Which function is late.
    std::string late_report() const;

  private:
    struct pool_thread {
        std::thread thread;
        std::binary_semaphore ended{0};
        bool joined = false;
        std::atomic<const std::string_view*> running{nullptr};
    };

    std::error_code start();
    std::error_code start_threads();
    void run(pool_thread& self, const std::string& name);
    offload_job* take() noexcept;
    static void run_job(offload_job& job) noexcept;

    offload_options options_;
    std::string name_;
    std::mutex starting_;
    std::atomic<bool> started_{false};
    bool stopping_ = false;
    std::unique_ptr<boost::lockfree::queue<offload_job*>> queue_;
    work_count work_;
    std::vector<std::unique_ptr<pool_thread>> threads_;
};

} // namespace iapp
