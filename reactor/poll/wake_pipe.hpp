#pragma once
// A pipe that ends a poll(2), for systems and moments where nothing better is at hand.

#include <atomic>
#include <system_error>

namespace iapp {

// The waiting thread polls read_end() for input and then calls swallow(); anybody rings. `rung_`
// means "one byte is in the pipe, or its ringer is about to write it", so the pipe never holds
// more than one byte and never blocks.
//
// No ring is lost: swallow() takes the byte and clears the flag after. A ring() before the clearing
// finds the flag set and writes nothing, but the waiter is awake then and about to return from its
// wait; a ring() after it writes a byte for the next wait. Each byte taken clears the flag once and
// each setting of the flag writes one byte, so they never drift apart.
class wake_pipe {
  public:
    wake_pipe() = default;
    wake_pipe(const wake_pipe&) = delete;
    wake_pipe& operator=(const wake_pipe&) = delete;
    ~wake_pipe();

    // Before anything else, once; fails with the errno of pipe2().
    std::error_code open() noexcept;

    int read_end() const noexcept { return read_end_; }

    // Any thread and signal handlers; keeps errno.
    void ring() noexcept;

    // The waiting thread, when read_end() is readable. What ringers wrote to memory before their
    // ring() is seen after it.
    void swallow() noexcept;

  private:
    static_assert(std::atomic<bool>::is_always_lock_free, "signal handlers ring");

    int read_end_ = -1;
    int write_end_ = -1;
    std::atomic<bool> rung_{false};
};

} // namespace iapp
