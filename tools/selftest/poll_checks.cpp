// poll(2), the monotonic clock and the limit on descriptors.

#include "check.hpp"
#include "sockets.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <ctime>

#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace selftest {

namespace {

using steady = std::chrono::steady_clock;

outcome closed_descriptor() {
    const stream_pair pair = unix_pair();
    const int number = must(::dup(pair.client.get()), "dup");
    ::close(number);
    const short events = wait_for(number, POLLIN, patience());
    return judge(events == POLLNVAL, "{:#x}, POLLNVAL is {:#x}", events, POLLNVAL);
}

outcome negative_descriptor() {
    const short events = wait_for(-1, POLLIN, milliseconds{0});
    return judge(events == 0, "{:#x}", events);
}

outcome end_of_file() {
    const stream_pair pair = tcp_pair();
    must(::shutdown(pair.client.get(), SHUT_WR), "shutdown");
    const short events = wait_for(pair.server.get(), POLLIN, patience());
    const int got = receive(pair.server.get());
    return judge(events == POLLIN && got == 0, "{:#x}, recv {}", events, got);
}

outcome peer_shutdown() {
    const stream_pair pair = tcp_pair();
    must(::shutdown(pair.client.get(), SHUT_WR), "shutdown");
    const short events = wait_for(pair.server.get(), POLLRDHUP, patience());
    return judge(events == POLLRDHUP, "{:#x}, POLLRDHUP is {:#x}", events, POLLRDHUP);
}

outcome both_directions_shut() {
    const stream_pair pair = tcp_pair();
    must(::shutdown(pair.client.get(), SHUT_WR), "shutdown");
    must(::shutdown(pair.server.get(), SHUT_WR), "shutdown");
    wait_for_end(pair.client.get());
    wait_for_end(pair.server.get());
    const short events = wait_for(pair.server.get(), POLLIN, patience());
    return judge((events & POLLHUP) != 0 && (events & POLLIN) != 0, "{:#x}, POLLHUP is {:#x}",
                 events, POLLHUP);
}

outcome connection_reset() {
    stream_pair pair = tcp_pair();
    reset(pair.client);
    wait_for_end(pair.server.get());
    const short events = wait_for(pair.server.get(), POLLIN, patience());
    const int got = receive(pair.server.get());
    return judge((events & POLLIN) != 0 && (events & POLLHUP) != 0 && got == -ECONNRESET,
                 "{:#x}, recv {}", events, got < 0 ? error_name(-got) : fmt::to_string(got));
}

outcome writable_again() {
    const stream_pair pair = tcp_pair(buffers::small);
    const std::size_t sent = fill(pair.client.get()); // ends when poll has been silent
    short after = 0;
    const auto start = steady::now();
    while (after == 0 && elapsed_ms(start) < static_cast<double>(patience().count())) {
        drain(pair.server.get());
        after = wait_for(pair.client.get(), POLLOUT, milliseconds{5});
    }
    return judge(after == POLLOUT, "{} bytes sent, {:#x} after reading", sent, after);
}

outcome never_early() {
    double shortest = 1e9;
    for (int i = 0; i < 5; ++i) {
        const auto start = steady::now();
        ::poll(nullptr, 0, 20);
        shortest = std::min(shortest, elapsed_ms(start));
    }
    return judge(shortest >= 19.0, "20 ms asked, {:.1f} ms slept at least", shortest);
}

long nanoseconds(clockid_t clock) {
    timespec now = {};
    ::clock_gettime(clock, &now);
    return static_cast<long>(now.tv_sec) * 1000000000 + now.tv_nsec;
}

outcome clock_never_back() {
    constexpr int readings = 200000;
    long last = nanoseconds(CLOCK_MONOTONIC);
    int back = 0;
    for (int i = 0; i < readings; ++i) {
        const long now = nanoseconds(CLOCK_MONOTONIC);
        back += now < last;
        last = now;
    }
    return judge(back == 0, "{} steps back in {} readings", back, readings);
}

outcome clock_resolution() {
    long smallest = 1000000000;
    for (int i = 0; i < 1000; ++i) {
        const long start = nanoseconds(CLOCK_MONOTONIC);
        long now = start;
        while (now == start) {
            now = nanoseconds(CLOCK_MONOTONIC);
        }
        smallest = std::min(smallest, now - start);
    }
    return judge(smallest <= 1000000, "smallest step {} ns", smallest);
}

outcome descriptors_to_hard_limit() {
    rlimit limit = {};
    must(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
    const auto soft = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    must(::setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
    // FreeBSD cuts both to kern.maxfilesperproc on the way.
    must(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
    return judge(limit.rlim_cur == limit.rlim_max, "soft {} became {}, hard {}", soft,
                 limit.rlim_cur, limit.rlim_max);
}

constexpr check checks[] = {
    {"poll.closed", "POLLNVAL alone", "The poll engine could not tell a stale descriptor.",
     closed_descriptor},
    {"poll.negative", "nothing: the entry is ignored",
     "The poll engine marks unused entries with a negative descriptor.", negative_descriptor},
    {"poll.end_of_file", "POLLIN alone, recv 0", "An end of file would go unnoticed.", end_of_file},
    {"poll.peer_shutdown", "POLLRDHUP, when only that was asked for",
     "The end of a connection nobody reads from would go unnoticed.", peer_shutdown},
    {"poll.both_shut", "POLLIN and POLLHUP", "A connection shut both ways would go unnoticed.",
     both_directions_shut},
    {"poll.reset", "POLLIN and POLLHUP, recv ECONNRESET", "A reset would go unnoticed.",
     connection_reset},
    {"poll.writable", "silent when full, POLLOUT after the peer read",
     "A blocked send would spin or hang.", writable_again},
    {"poll.timeout", "never more than 1 ms early", "Timers would run before their time.",
     never_early},
    {"clock.monotonic", "never goes back", "Timers and measurements would be wrong.",
     clock_never_back},
    {"clock.resolution", "1 ms or finer", "Timers would be coarse: choose a better timecounter.",
     clock_resolution},
    {"limit.descriptors", "the soft limit rises to the hard one",
     "Raise the limit before the start: ulimit -n, limits(1), systemd LimitNOFILE.",
     descriptors_to_hard_limit},
};

} // namespace

theme poll_checks() {
    return checks;
}

} // namespace selftest
