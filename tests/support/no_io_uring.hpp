#pragma once
// A thread to which the kernel refuses io_uring, as many sandboxes do.

#include <doctest/doctest.h>

#include <cerrno>
#include <cstddef>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <thread>

namespace iapp::test {

// For the rest of the calling thread's life, io_uring_setup fails with `error`. The filter need
// not look at the architecture: the number is the same on all that we run on, and the worst that a
// foreign one could do to a test is to fail it.
inline void refuse_io_uring(int error) {
    sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_io_uring_setup, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(error)),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog filter{.len = 4, .filter = program};
    REQUIRE(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    REQUIRE(::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0);
}

// Runs `what` in such a thread.
template <class Function>
void without_io_uring(int error, Function what) {
    std::thread refused{[&] {
        refuse_io_uring(error);
        what();
    }};
    refused.join();
}

} // namespace iapp::test
