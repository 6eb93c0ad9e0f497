#pragma once
// port: where the mail of one worker arrives, and how it is woken.

#include <iapp/mailbox/door.hpp>
#include <iapp/mailbox/doorbell.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace iapp {

// Other threads push; the worker collects. The waker is called by the thread whose push found the
// worker asleep, so it must be callable from any thread.
class port {
  public:
    using waker = void (*)(void* target) noexcept;

    // `capacity` messages may wait at one time; beyond it push() refuses.
    explicit port(std::size_t capacity) : door_{capacity} {}

    // Before any other thread knows of the port.
    void set_waker(waker wake, void* target) noexcept {
        wake_ = wake;
        target_ = target;
    }

    // Any thread. False, and counted, when the port is full or closed; the message then still
    // belongs to the caller.
    bool push(envelope* message) noexcept {
        if (closed_.load(std::memory_order_acquire) || !door_.push(message)) {
            refused_.fetch_add(1, std::memory_order_relaxed); // a counter, orders nothing
            return false;
        }
        knock();
        return true;
    }

    // Any thread, also a signal handler: makes the worker take a turn.
    void knock() noexcept {
        if (doorbell_.ring(doorbell::foreign)) {
            wake_(target_);
        }
    }

    // Any thread: refuses from now on. A push that is under way may still arrive, so the last one
    // to look empties the port after all who push have ended. acquire/release: whoever sees it
    // closed sees what was done before the closing.
    void close() noexcept { closed_.store(true, std::memory_order_release); }

    // Worker only: whether anybody has knocked since the last call.
    bool collect() noexcept { return doorbell_.collect() != 0; }

    envelope* pop() noexcept { return door_.pop(); }

    // False: there is mail, do not sleep.
    bool try_sleep() noexcept { return doorbell_.try_sleep(); }

    // Any thread.
    std::uint64_t refused() const noexcept { return refused_.load(std::memory_order_relaxed); }

  private:
    doorbell doorbell_;
    door door_;
    waker wake_ = nullptr;
    void* target_ = nullptr;
    std::atomic<bool> closed_{false};
    std::atomic<std::uint64_t> refused_{0};
};

} // namespace iapp
