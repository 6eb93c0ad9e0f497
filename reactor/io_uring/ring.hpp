#pragma once
// ring: one io_uring instance, its submission and its completion queue.

#include <iapp/reactor/clock.hpp>
#include <iapp/reactor/result.hpp>

#include <cstdint>
#include <liburing.h>
#include <memory>

namespace iapp {

struct ring_options {
    // Noted between two system calls, at least two; beyond it one more call.
    std::uint32_t submissions = 1024;
    // A burst of completions that does not fit waits in the kernel's overflow list, which costs
    // an allocation each and ends multishot operations, but loses nothing.
    std::uint32_t completions = 16 * 1024;
};

// Set up for one thread: single issuer, task work deferred to the waiting call. It is made disabled
// on any thread and belongs to the one that calls enable().
//
// The kernel may take nothing of what is handed over: it has no memory, or first wants its overrun
// completion queue emptied. What it does not take stays noted and is handed over again by the next
// call; what has completed is had meanwhile. A kernel that says that it has lost completions, as
// without memory for its overflow list it does, ends the program: nobody can tell whose they were.
class ring {
  public:
    // Fails with the system's error: not permitted (a sandbox), function_not_supported (a kernel
    // without io_uring), not_supported (one before Linux 6.1, or without operations that we need),
    // not_enough_memory: newer kernels count rings against RLIMIT_MEMLOCK, all those of a user who
    // lacks CAP_IPC_LOCK together; with the default options some 330 KiB each.
    static result<std::unique_ptr<ring>> make(const ring_options& options);
    ~ring();
    ring(const ring&) = delete;
    ring& operator=(const ring&) = delete;

    void enable();

    // Whether so many entries are free, if need be after a submission.
    bool make_room(unsigned entries);

    // A cleared entry of the submission queue, which must not be full; taken by the next call into
    // the kernel.
    io_uring_sqe& next_entry();

    // Hands over what was noted, without waiting, as far as the kernel takes it.
    void submit();

    // The same, runs what the kernel has put off until now, and waits for a completion, at most
    // `timeout` (zero: not at all, duration::max(): for ever). One system call, unless the kernel
    // does not take everything: then it does not wait, and one more sees to the completions.
    void submit_and_wait(duration timeout);

    // Any thread, also a signal handler, once the ring was enabled: makes a completion with this
    // key. False where the kernel cannot (before Linux 6.13) or has no memory.
    bool post(std::uint64_t key) const noexcept;

    // The oldest completion, null when there is none; next() drops it.
    const io_uring_cqe* first() const noexcept;
    void next() noexcept;

    // More has completed than the completion queue holds.
    bool overrun() const noexcept;

    // Entries that the kernel has not taken yet.
    unsigned unsubmitted() const noexcept;

    // Registers memory as a ring of buffers under a number.
    std::error_code register_buffers(void* memory, unsigned buffers, std::uint16_t number);

    std::uint64_t calls() const noexcept { return calls_; }

  private:
    ring() = default;
    std::error_code set_up(const ring_options& options);
    std::error_code check_operations();
    int submit_by(unsigned wanted, unsigned flags, const void* argument, std::size_t size);
    int enter(unsigned handed_over, unsigned wanted, unsigned flags, const void* argument,
              std::size_t size);

    io_uring ring_{};
    bool open_ = false;
    std::uint64_t calls_ = 0;
};

} // namespace iapp
