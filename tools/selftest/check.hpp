#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace selftest {

enum class verdict { pass, fail, skip };

// What one check found: the verdict, and in a few words what the kernel did.
struct outcome {
    verdict result;
    std::string seen;
};

// One assumption that the library makes about the kernel. The function runs in a process of its
// own (see runner.hpp): it may change limits, handlers and descriptors as it likes, and may throw
// setup_failed when it cannot get as far as its question.
struct check {
    const char* name;     // "theme.fact", unique
    const char* expected; // what the library relies on
    const char* advice;   // what to do, or what breaks, when it is not so
    outcome (*run)();
    // Where libkqueue on Linux is known to behave otherwise: in what way. Such a check is skipped
    // there, because the library does not rely on the fact under libkqueue.
    const char* libkqueue_differs = nullptr;
};

using theme = std::span<const check>;

// A pass when the kernel did as expected, else a failure, with what was seen.
template <class... Args>
outcome judge(bool as_expected, fmt::format_string<Args...> seen, Args&&... args) {
    return {as_expected ? verdict::pass : verdict::fail,
            fmt::format(seen, std::forward<Args>(args)...)};
}

// For what this machine does not have, or has less of than a big run needs.
template <class... Args>
outcome skipped(fmt::format_string<Args...> seen, Args&&... args) {
    return {verdict::skip, fmt::format(seen, std::forward<Args>(args)...)};
}

// One per source file.
theme connect_checks();
theme socket_checks();
theme poll_checks();
theme signal_checks();
theme epoll_checks();
theme io_uring_checks();
theme kqueue_change_checks();
theme kqueue_user_checks();
theme kqueue_socket_checks();
theme kqueue_listener_checks();
theme freebsd_checks();
theme limit_checks();

// The themes that make sense on this system, in the order in which they are reported. The build
// picks one definition: registry_freebsd.cpp, registry_linux.cpp, registry_io_uring.cpp or
// registry_libkqueue.cpp.
std::vector<theme> registry();

// True in a build whose kqueue is libkqueue on Linux.
extern const bool kqueue_is_libkqueue;

} // namespace selftest
