#include <iapp/actors/offload_pool.hpp>

#include <iapp/actors/actor_error.hpp>
#include <iapp/mailbox/check.hpp>
#include <iapp/mailbox/port.hpp>
#include <iapp/reactor/os/threads.hpp>

#include <functional>
#include <new>
#include <string_view>
#include <utility>

namespace iapp {

offload_pool::offload_pool(const offload_options& options, std::string name)
    : options_{options}, name_{std::move(name)} {}

offload_pool::~offload_pool() {
    IAPP_CHECK(!started_.load(std::memory_order_relaxed) || stopping_, "stop() comes first");
}

std::error_code offload_pool::submit(offload_job& job) {
    // acquire: pairs with the release in start().
    if (!started_.load(std::memory_order_acquire)) {
        if (const std::error_code why = start()) {
            return why;
        }
    }
    if (!queue_->bounded_push(&job)) {
        return actor_error::refused;
    }
    work_.add(1);
    return {};
}

std::error_code offload_pool::start() {
    const std::lock_guard hold{starting_};
    if (started_.load(std::memory_order_relaxed)) {
        return {};
    }
    std::error_code why;
    try {
        queue_ = std::make_unique<boost::lockfree::queue<offload_job*>>(options_.queue_max);
        why = start_threads();
    } catch (const std::bad_alloc&) {
        why = std::make_error_code(std::errc::not_enough_memory);
    }
    if (why && threads_.empty()) {
        return why; // with some threads it works, if less well
    }
    started_.store(true, std::memory_order_release);
    return {};
}

std::error_code offload_pool::start_threads() {
    while (threads_.size() < options_.threads) {
        const std::string name = name_ + "-" + std::to_string(threads_.size());
        threads_.reserve(threads_.size() + 1);
        auto made = std::make_unique<pool_thread>();
        try {
            made->thread = std::thread{&offload_pool::run, this, std::ref(*made), name};
        } catch (const std::system_error& e) {
            return e.code();
        }
        threads_.push_back(std::move(made));
    }
    return {};
}

void offload_pool::run(pool_thread& self, const std::string& name) {
    os::name_this_thread(name);
    while (true) {
        work_.take();
        offload_job* const job = take();
        if (job == nullptr) {
            break; // counted by stop()
        }
        // relaxed: a name of static storage, nothing else is read through it.
        self.running.store(&job->message->type->name, std::memory_order_relaxed);
        run_job(*job);
        self.running.store(nullptr, std::memory_order_relaxed);
    }
    self.ended.release(); // pairs with the acquire in stop()
}

offload_job* offload_pool::take() noexcept {
    offload_job* job = nullptr;
    return queue_->pop(job) ? job : nullptr;
}

void offload_pool::run_job(offload_job& job) noexcept {
    if (!job.abandoned.load(std::memory_order_relaxed)) { // see offload_job
        job.work(job);
    }
    job.home->push_reserved(job.message); // it is the worker's from here on
}

bool offload_pool::run_one() noexcept {
    offload_job* const job = started_.load(std::memory_order_acquire) ? take() : nullptr;
    if (job == nullptr) {
        return false;
    }
    run_job(*job);
    return true;
}

bool offload_pool::has_work() const noexcept {
    return started_.load(std::memory_order_acquire) && !queue_->empty(); // pairs with start()
}

bool offload_pool::stop(std::chrono::steady_clock::time_point deadline) {
    if (!std::exchange(stopping_, true)) {
        work_.add(static_cast<int>(threads_.size())); // one for each, when the queue is empty
    }
    bool all = true;
    for (const auto& each : threads_) {
        if (!each->joined && each->ended.try_acquire_until(deadline)) {
            each->thread.join();
            each->joined = true;
        }
        all = all && each->joined;
    }
    while (all && run_one()) { // of a pool without threads
    }
    return all;
}

std::string offload_pool::late_report() const {
    for (const auto& each : threads_) {
        const std::string_view* const what = each->running.load(std::memory_order_relaxed);
        if (!each->joined && what != nullptr) {
            return "a thread is in the offloaded " + std::string{*what};
        }
    }
    return "an offloaded function is late";
}

} // namespace iapp
