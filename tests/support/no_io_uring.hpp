#pragma once
// A thread to which the kernel refuses io_uring, as many sandboxes do, or the memory for more rings
// of buffers, as it does beyond RLIMIT_MEMLOCK, or some of the calls on a ring.

#include <doctest/doctest.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <thread>

namespace iapp::test {

namespace seccomp {

template <std::size_t Steps>
void filter_system_calls(const sock_filter (&program)[Steps]) {
    const sock_fprog filter{.len = Steps, .filter = const_cast<sock_filter*>(program)};
    REQUIRE(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    REQUIRE(::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0);
}

// How an argument of a system call (its lower half) compares with a value, by BPF_JEQ or BPF_JSET.
struct condition {
    unsigned argument;
    std::uint16_t how;
    std::uint32_t value;
    bool holds;
};

// For the rest of the calling thread's life, these calls fail with `error`.
inline void refuse(unsigned call, const condition& when, int error) {
    const auto argument = static_cast<std::uint32_t>(offsetof(seccomp_data, args) +
                                                     when.argument * sizeof(std::uint64_t));
    filter_system_calls({
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, argument),
        BPF_JUMP(static_cast<std::uint16_t>(BPF_JMP | when.how | BPF_K), when.value,
                 static_cast<std::uint8_t>(when.holds ? 0 : 1),
                 static_cast<std::uint8_t>(when.holds ? 1 : 0)),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(error)),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    });
}

} // namespace seccomp

// For the rest of the calling thread's life, io_uring_setup fails with `error`. The filter need
// not look at the architecture: the number is the same on all that we run on, and the worst that a
// foreign one could do to a test is to fail it.
inline void refuse_io_uring(int error) {
    seccomp::filter_system_calls({
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_io_uring_setup, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(error)),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    });
}

// The same for registering a ring of buffers, which fails for want of memory.
inline void refuse_buffer_rings() {
    constexpr unsigned register_buffer_ring = 22; // IORING_REGISTER_PBUF_RING
    seccomp::refuse(__NR_io_uring_register, {1, BPF_JEQ, register_buffer_ring, true}, ENOMEM);
}

constexpr unsigned asks_for_completions = 1; // IORING_ENTER_GETEVENTS

// The same for handing over submissions by a call that does not ask for completions besides.
inline void refuse_plain_submissions(int error) {
    seccomp::refuse(__NR_io_uring_enter, {3, BPF_JSET, asks_for_completions, false}, error);
}

// The same for handing over submissions at all: what is under way goes on, nothing new begins.
inline void refuse_submissions(int error) {
    seccomp::refuse(__NR_io_uring_enter, {1, BPF_JEQ, 0, false}, error);
}

// The same for asking for completions.
inline void refuse_completions(int error) {
    seccomp::refuse(__NR_io_uring_enter, {3, BPF_JSET, asks_for_completions, true}, error);
}

// The same for messages to rings from threads that have none, which came with Linux 6.13.
inline void refuse_ring_messages() {
    constexpr unsigned no_ring = UINT32_MAX; // -1
    seccomp::refuse(__NR_io_uring_register, {0, BPF_JEQ, no_ring, true}, EINVAL);
}

// For the rest of the program the environment does not force an engine.
inline void force_no_engine() {
    ::unsetenv("IAPP_ENGINE");
}

// Runs `what` in a thread without io_uring.
template <class Function>
void without_io_uring(int error, Function what) {
    std::thread refused{[&] {
        refuse_io_uring(error);
        what();
    }};
    refused.join();
}

} // namespace iapp::test
