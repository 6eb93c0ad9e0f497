#include "raw_socket.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/time.h>

#include <cstring>

namespace raw {

namespace {

std::string bound_address(int fd) {
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

void set_option(int fd, int level, int name, int value) {
    if (setsockopt(fd, level, name, &value, sizeof value) < 0)
        die_of("setsockopt", errno);
}

} // namespace

address parse_address(const std::string& text) {
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

void set_stream_options(int fd, const options& o) {
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    if (o.sndbuf > 0)
        set_option(fd, SOL_SOCKET, SO_SNDBUF, static_cast<int>(o.sndbuf));
    if (o.rcvbuf > 0)
        set_option(fd, SOL_SOCKET, SO_RCVBUF, static_cast<int>(o.rcvbuf));
}

void set_nonblocking(int fd) {
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

int listen_or_die(const options& o) {
    const address where = parse_address(o.listen);
    const int fd = socket(where.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        die_of("socket", errno);
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

int accept_next(int listener, const options& o, totals& t, bool& paused) {
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

void raise_open_files() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

sigset_t block_stop_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (int number : stop_signals)
        sigaddset(&set, number);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    return set;
}

void start_duration(const options& o) {
    itimerval timer{};
    const auto whole = std::chrono::floor<std::chrono::seconds>(o.duration);
    const auto rest = std::chrono::floor<std::chrono::microseconds>(o.duration - whole);
    timer.it_value.tv_sec = static_cast<time_t>(whole.count());
    timer.it_value.tv_usec = static_cast<suseconds_t>(rest.count());
    setitimer(ITIMER_REAL, &timer, nullptr);
}

} // namespace raw
