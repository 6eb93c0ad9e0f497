#pragma once
// Making and accepting sockets for the raw programs: everything that happens once a connection or
// once a run. None of it is inside a measured loop.

#include "raw.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace raw {

// How long a full table or EMFILE stops accepting: the edge does not come again by itself.
constexpr int accept_retry_ms = 100;

struct address {
    sockaddr_storage storage{};
    socklen_t size = 0;

    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

// Reads "A:P" or "[V6]:P", numeric only; anything else is wrong usage.
inline address parse_address(const std::string& text) {
    address result;
    auto* v4 = reinterpret_cast<sockaddr_in*>(&result.storage);
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&result.storage);
    const auto colon = text.rfind(':');
    std::string host = text.substr(0, colon);
    const std::string port_text = colon == std::string::npos ? "" : text.substr(colon + 1);
    const bool digits = !port_text.empty() && port_text.size() <= 5 &&
                        port_text.find_first_not_of("0123456789") == std::string::npos;
    const int port = digits ? std::stoi(port_text) : -1;
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed)
        host = host.substr(1, host.size() - 2);
    if (port < 0 || port > 65535)
        die(2, fmt::format("{}: not an address; write A:PORT or [V6]:PORT", text));
    if (bracketed && inet_pton(AF_INET6, host.c_str(), &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(static_cast<std::uint16_t>(port));
        result.size = sizeof(sockaddr_in6);
    } else if (!bracketed && inet_pton(AF_INET, host.c_str(), &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(static_cast<std::uint16_t>(port));
        result.size = sizeof(sockaddr_in);
    } else {
        die(2, fmt::format("{}: not an address; write A:PORT or [V6]:PORT", text));
    }
    return result;
}

inline std::string bound_address(int fd) {
    address bound;
    bound.size = sizeof bound.storage;
    getsockname(fd, reinterpret_cast<sockaddr*>(&bound.storage), &bound.size);
    char host[INET6_ADDRSTRLEN] = "";
    if (bound.storage.ss_family == AF_INET6) {
        const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&bound.storage);
        inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof host);
        return fmt::format("[{}]:{}", host, ntohs(v6->sin6_port));
    }
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&bound.storage);
    inet_ntop(AF_INET, &v4->sin_addr, host, sizeof host);
    return fmt::format("{}:{}", host, ntohs(v4->sin_port));
}

inline void set_option(int fd, int level, int name, int value) {
    if (setsockopt(fd, level, name, &value, sizeof value) < 0)
        die(1, fmt::format("setsockopt: {}", std::strerror(errno)));
}

// Buffers and no delay; set on a listener they hold for what it accepts, on Linux and on FreeBSD.
inline void set_stream_options(int fd, const options& o) {
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    if (o.sndbuf > 0)
        set_option(fd, SOL_SOCKET, SO_SNDBUF, o.sndbuf);
    if (o.rcvbuf > 0)
        set_option(fd, SOL_SOCKET, SO_RCVBUF, o.rcvbuf);
}

inline void set_nonblocking(int fd) {
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

// A bound, listening, non-blocking socket, or the end of the program with the reason. [::] takes
// IPv4 too.
inline int listen_or_die(const options& o) {
    const address where = parse_address(o.listen);
    const int fd = socket(where.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        die(1, fmt::format("socket: {}", std::strerror(errno)));
    set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (where.storage.ss_family == AF_INET6)
        set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    set_stream_options(fd, o);
    set_nonblocking(fd);
    if (bind(fd, where.get(), where.size) < 0 || listen(fd, 4096) < 0)
        die(1, fmt::format("cannot listen on {}: {}", o.listen, std::strerror(errno)));
    print_listening(o, bound_address(fd));
    return fd;
}

// The next waiting connection, non-blocking, or -1 when there is none or none may be taken now.
// `paused` tells the second: the caller comes back when one was closed or after
// accept_retry_ms.
inline int accept_next(int listener, const options& o, totals& t, bool& paused) {
    const bool was_paused = paused;
    paused = t.accepted - t.closed >= o.max_conns;
    while (!paused) {
        const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        ++t.syscalls;
        if (fd >= 0) {
            ++t.accepted;
            return fd;
        }
        if (errno == EAGAIN)
            return -1;
        if (errno == EINTR || errno == ECONNABORTED)
            continue;
        ++t.errors[error_name(errno)];
        paused = true;
    }
    t.accept_pauses += !was_paused;
    return -1;
}

// Many connections need many descriptors: the soft limit becomes the hard one.
inline void raise_open_files() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

// The signals that end a server; a duration ends it with SIGALRM. They are blocked, so that only
// the poller reports them.
constexpr int stop_signals[] = {SIGINT, SIGTERM, SIGALRM};

inline sigset_t block_stop_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (int number : stop_signals)
        sigaddset(&set, number);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    return set;
}

inline void start_duration(const options& o) {
    itimerval timer{};
    timer.it_value.tv_sec = static_cast<time_t>(o.duration_s);
    timer.it_value.tv_usec =
        static_cast<suseconds_t>((o.duration_s - std::floor(o.duration_s)) * 1e6);
    setitimer(ITIMER_REAL, &timer, nullptr);
}

} // namespace raw
