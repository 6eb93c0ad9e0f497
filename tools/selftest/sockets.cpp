#include "sockets.hpp"

#include <cerrno>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace selftest {

namespace {

// Room for both families, zeroed, so that sa_len and padding never hold rubbish.
struct local_address {
    local_address(int family, std::uint16_t port, where address) {
        const bool any = address == where::wildcard;
        if (family == AF_INET6) {
            v6.sin6_family = AF_INET6;
            v6.sin6_port = htons(port);
            v6.sin6_addr = any ? in6addr_any : in6addr_loopback;
            length = sizeof v6;
        } else {
            v4.sin_family = AF_INET;
            v4.sin_port = htons(port);
            v4.sin_addr.s_addr = htonl(any ? INADDR_ANY : INADDR_LOOPBACK);
            length = sizeof v4;
        }
    }

    const sockaddr* get() const {
        return length == sizeof v6 ? reinterpret_cast<const sockaddr*>(&v6)
                                   : reinterpret_cast<const sockaddr*>(&v4);
    }

    sockaddr_in v4{};
    sockaddr_in6 v6{};
    socklen_t length = 0;
};

} // namespace

int must(int result, const char* what) {
    if (result < 0) {
        throw setup_failed{fmt::format("{}: {}", what, error_name(errno))};
    }
    return result;
}

std::string error_name(int error) {
    struct entry {
        int number;
        const char* name;
    };

    static constexpr entry names[] = {
        {0, "0"},
        {EAGAIN, "EAGAIN"},
        {EINPROGRESS, "EINPROGRESS"},
        {ECONNREFUSED, "ECONNREFUSED"},
        {ECONNRESET, "ECONNRESET"},
        {ECONNABORTED, "ECONNABORTED"},
        {ENOTCONN, "ENOTCONN"},
        {ETIMEDOUT, "ETIMEDOUT"},
        {EPIPE, "EPIPE"},
        {EBADF, "EBADF"},
        {ENOENT, "ENOENT"},
        {EEXIST, "EEXIST"},
        {EINVAL, "EINVAL"},
        {EPERM, "EPERM"},
        {EACCES, "EACCES"},
        {EFAULT, "EFAULT"},
        {EINTR, "EINTR"},
        {EMFILE, "EMFILE"},
        {ENFILE, "ENFILE"},
        {ENOMEM, "ENOMEM"},
        {ENOBUFS, "ENOBUFS"},
        {EADDRINUSE, "EADDRINUSE"},
        {EADDRNOTAVAIL, "EADDRNOTAVAIL"},
        {EAFNOSUPPORT, "EAFNOSUPPORT"},
        {ENOPROTOOPT, "ENOPROTOOPT"},
        {EOPNOTSUPP, "EOPNOTSUPP"},
        {ENOSYS, "ENOSYS"},
    };
    for (const entry& known : names) {
        if (known.number == error) {
            return known.name;
        }
    }
    return std::strerror(error);
}

void descriptor::close() {
    if (fd_ >= 0) {
        ::close(std::exchange(fd_, -1));
    }
}

descriptor tcp_socket(buffers size) {
    descriptor fd{must(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket")};
    if (size == buffers::small) {
        set_option(fd.get(), SOL_SOCKET, SO_SNDBUF, 16384);
        set_option(fd.get(), SOL_SOCKET, SO_RCVBUF, 16384);
    }
    return fd;
}

std::uint16_t bind_port(int fd, int family, std::uint16_t port, where address) {
    const local_address wanted{family, port, address};
    if (::bind(fd, wanted.get(), wanted.length) != 0) {
        return 0;
    }
    sockaddr_in6 got{};
    socklen_t length = sizeof got;
    must(::getsockname(fd, reinterpret_cast<sockaddr*>(&got), &length), "getsockname");
    // sin_port and sin6_port lie at the same offset on every system with a sockets interface.
    return ntohs(got.sin6_port);
}

tcp_listener listen_tcp(int backlog, buffers size) {
    tcp_listener made;
    made.socket = tcp_socket(size);
    made.port = bind_port(made.socket.get(), AF_INET, 0);
    must(made.port == 0 ? -1 : 0, "bind");
    must(::listen(made.socket.get(), backlog), "listen");
    return made;
}

int connect_loopback(int fd, int family, std::uint16_t port) {
    const local_address to{family, port, where::loopback};
    return ::connect(fd, to.get(), to.length) == 0 ? 0 : errno;
}

descriptor connected_client(const tcp_listener& to) {
    descriptor client = tcp_socket();
    const int error = connect_loopback(client.get(), AF_INET, to.port);
    if (error != 0 && error != EINPROGRESS) {
        throw setup_failed{"connect: " + error_name(error)};
    }
    if (wait_for(client.get(), POLLOUT, patience()) == 0) {
        throw setup_failed{"connect: no answer"};
    }
    return client;
}

descriptor accept_one(int listener) {
    // Right after connect(2) returned, accept(2) may still say EAGAIN.
    if (wait_for(listener, POLLIN, patience()) == 0) {
        throw setup_failed{"accept: no connection came"};
    }
    descriptor fd{must(::accept(listener, nullptr, nullptr), "accept")};
    set_nonblocking(fd.get());
    return fd;
}

stream_pair tcp_pair(buffers size) {
    const tcp_listener listener = listen_tcp(8, size);
    stream_pair made;
    made.client = tcp_socket(size);
    const int error = connect_loopback(made.client.get(), AF_INET, listener.port);
    if (error != 0 && error != EINPROGRESS) {
        throw setup_failed{"connect: " + error_name(error)};
    }
    made.server = accept_one(listener.socket.get());
    wait_for(made.client.get(), POLLOUT, patience());
    return made;
}

stream_pair unix_pair() {
    int fds[2];
    must(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), "socketpair");
    return {descriptor{fds[0]}, descriptor{fds[1]}};
}

void set_nonblocking(int fd) {
    const int flags = must(::fcntl(fd, F_GETFL), "fcntl");
    must(::fcntl(fd, F_SETFL, flags | O_NONBLOCK), "fcntl");
}

void set_option(int fd, int level, int name, int value) {
    must(::setsockopt(fd, level, name, &value, sizeof value), "setsockopt");
}

short wait_for(int fd, short events, milliseconds limit) {
    pollfd entry{fd, events, 0};
    const int count = ::poll(&entry, 1, static_cast<int>(limit.count()));
    return count == 1 ? entry.revents : short{0};
}

void wait_for_end(int fd) {
    if (wait_for(fd, POLLRDHUP, patience()) == 0) {
        throw setup_failed{"the peer's end did not arrive"};
    }
}

void send_text(int fd, const std::string& text) {
    const auto sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(text.size())) {
        throw setup_failed{fmt::format("send: {} of {} bytes, {}", sent, text.size(),
                                       sent < 0 ? error_name(errno) : "short")};
    }
}

int receive(int fd, std::size_t room) {
    char buffer[65536];
    const auto count = ::recv(fd, buffer, room < sizeof buffer ? room : sizeof buffer, 0);
    return count < 0 ? -errno : static_cast<int>(count);
}

drained drain(int fd) {
    drained all;
    for (;;) {
        const int count = receive(fd);
        if (count <= 0) {
            all.ended = -count;
            return all;
        }
        all.bytes += static_cast<std::size_t>(count);
    }
}

std::size_t send_until_blocked(int fd) {
    constexpr std::size_t limit = 64u << 20;
    const std::vector<char> block(65536, 'x');
    std::size_t total = 0;
    while (total < limit) {
        const auto sent = ::send(fd, block.data(), block.size(), MSG_NOSIGNAL);
        if (sent < 0) {
            must(errno == EAGAIN ? 0 : -1, "send");
            return total;
        }
        total += static_cast<std::size_t>(sent);
    }
    throw setup_failed{"a socket took 64 MiB without blocking"};
}

std::size_t fill(int fd) {
    std::size_t total = send_until_blocked(fd);
    while (wait_for(fd, POLLOUT, quiet()) != 0) {
        total += send_until_blocked(fd);
    }
    return total;
}

void reset(descriptor& fd) {
    const linger now{1, 0};
    must(::setsockopt(fd.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now), "SO_LINGER");
    fd.close();
}

int pending_error(int fd) {
    int error = 0;
    socklen_t length = sizeof error;
    must(::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length), "SO_ERROR");
    return error;
}

} // namespace selftest
