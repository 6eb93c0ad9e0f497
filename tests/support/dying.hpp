#pragma once
// A part of a test that ends its process: played in a child, so that the test can look at the end.

#include <doctest/doctest.h>

#include <array>
#include <csignal>
#include <functional>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace iapp::test {

struct death {
    std::string words; // on standard error
    int signal = 0;    // that ended it; 0: none did
};

// For this process from now on, whose death is meant: files as large as its memory take their time
// and the disk's room.
inline void leave_no_core() {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
}

// With the signals' actions as at a program's start. For tests of one thread.
inline death die_by(const std::function<void()>& what) {
    std::array<int, 2> words{};
    REQUIRE(::pipe(words.data()) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::dup2(words[1], STDERR_FILENO);
        leave_no_core();
        for (int number = 1; number < NSIG; ++number) {
            ::signal(number, SIG_DFL); // and not doctest's report
        }
        what();
        ::_exit(0);
    }
    ::close(words[1]);
    death of;
    std::array<char, 512> some{};
    for (ssize_t n = 0; (n = ::read(words[0], some.data(), some.size())) > 0;) {
        of.words.append(some.data(), static_cast<std::size_t>(n));
    }
    ::close(words[0]);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    of.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    return of;
}

// As if somebody had sent it.
inline void send_oneself(int signal) {
    ::kill(::getpid(), signal);
}

} // namespace iapp::test
