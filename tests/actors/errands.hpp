#pragma once
// What tests share that do things on a worker: an actor that does whatever it is told, and captures
// that say where they end.

#include "support/actors.hpp"

#include <array>
#include <latch>
#include <memory>
#include <thread>
#include <utility>

namespace iapp::test {

struct errand {
    std::function<void(context&)> what;
};

class runner {
  public:
    using accepts = messages<errand>;

    explicit runner(context& cx) : cx_{cx} {}

    runner(runner&&) = delete;

    void on(errand&& e) { e.what(cx_); }

  private:
    context& cx_;
};

// How many captures have ended, and in which thread the last of them.
struct endings {
    std::atomic<int> count{0};
    std::atomic<std::thread::id> where{};
};

// A capture. Moved-from ones have nothing to say.
class witness {
  public:
    explicit witness(endings& to) noexcept : to_{&to} {}

    witness(witness&& other) noexcept : to_{std::exchange(other.to_, nullptr)} {}

    witness& operator=(witness&&) = delete;

    ~witness() {
        if (to_ != nullptr) {
            to_->where = std::this_thread::get_id();
            ++to_->count;
        }
    }

  private:
    endings* to_;
};

// The thread of a worker.
inline std::thread::id thread_of(checked_system& sys, unsigned worker_index) {
    std::atomic<bool> known{false};
    std::thread::id id;
    REQUIRE(sys->post(worker{worker_index}, [&] {
        id = std::this_thread::get_id();
        known = true;
    }));
    REQUIRE(eventually([&] { return known.load(); }));
    return id;
}

// Lets an actor of that worker do something, and waits until it is done.
template <class F>
void by_actor(checked_system& sys, unsigned worker_index, F what) {
    std::latch done{1};
    const auto by = sys->spawn<runner>({.on = {worker_index}});
    by.send(errand{[&](context& cx) {
        what(cx);
        done.count_down();
    }});
    done.wait();
}

// Keeps a worker in a callback until it goes.
class busy_worker {
  public:
    busy_worker(checked_system& sys, unsigned worker_index) {
        REQUIRE(sys->post(worker{worker_index}, [shared = latches_] {
            shared->entered.count_down();
            shared->leave.wait();
        }));
        latches_->entered.wait();
    }

    ~busy_worker() { latches_->leave.count_down(); }

    busy_worker(const busy_worker&) = delete;
    busy_worker& operator=(const busy_worker&) = delete;

  private:
    struct latches {
        std::latch entered{1};
        std::latch leave{1};
    };

    // Shared, because the worker may still be in wait() when this has gone.
    std::shared_ptr<latches> latches_ = std::make_shared<latches>();
};

} // namespace iapp::test
