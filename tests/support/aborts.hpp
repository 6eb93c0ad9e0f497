#pragma once
// Whether something ends the process, as a failed check does.

#include "support/dying.hpp"

#include <csignal>
#include <cstdio>
#include <sys/wait.h>
#include <unistd.h>

namespace iapp::test {

// Runs f() in a copy of this process, which has no other threads.
template <class F>
bool aborts(F f) {
    std::fflush(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
        leave_no_core();
        std::signal(SIGABRT, SIG_DFL); // not that of the test framework
        ::close(STDERR_FILENO);
        f();
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

} // namespace iapp::test
