#pragma once
// A thread to which the kernel refuses io_uring, as many sandboxes do, or the memory for more rings
// of buffers, as it does beyond RLIMIT_MEMLOCK.

#include <doctest/doctest.h>

#include <cerrno>
#include <cstddef>
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
    seccomp::filter_system_calls({
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_io_uring_register, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[1])), // the lower half
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, register_buffer_ring, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOMEM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    });
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
