#pragma once
// Real sockets for tests: connected pairs on this machine, non-blocking and closed by themselves.

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace iapp::test {

// Owns a descriptor.
class unique_fd {
  public:
    unique_fd() = default;

    explicit unique_fd(int fd) noexcept : fd_{fd} {}

    unique_fd(unique_fd&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}

    unique_fd& operator=(unique_fd&& other) noexcept {
        reset(std::exchange(other.fd_, -1));
        return *this;
    }

    ~unique_fd() { reset(); }

    int get() const noexcept { return fd_; }

    void reset(int fd = -1) noexcept {
        if (fd_ >= 0) {
            ::close(fd_);
        }
        fd_ = fd;
    }

  private:
    int fd_ = -1;
};

// Two ends connected to each other.
struct fd_pair {
    unique_fd near;
    unique_fd far;
};

inline void make_non_blocking(int fd) {
    REQUIRE(::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK) == 0);
}

inline fd_pair unix_pair() {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    make_non_blocking(ends[0]);
    make_non_blocking(ends[1]);
    return {unique_fd{ends[0]}, unique_fd{ends[1]}};
}

// IPv4 on the loopback interface; `near` is the end that accepted.
inline fd_pair tcp_pair() {
    const unique_fd listener{::socket(AF_INET, SOCK_STREAM, 0)};
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    REQUIRE(::bind(listener.get(), reinterpret_cast<sockaddr*>(&at), size) == 0);
    REQUIRE(::listen(listener.get(), 1) == 0);
    REQUIRE(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&at), &size) == 0);
    unique_fd far{::socket(AF_INET, SOCK_STREAM, 0)};
    REQUIRE(::connect(far.get(), reinterpret_cast<sockaddr*>(&at), size) == 0);
    unique_fd near{::accept(listener.get(), nullptr, nullptr)};
    REQUIRE(near.get() >= 0);
    make_non_blocking(near.get());
    make_non_blocking(far.get());
    return {std::move(near), std::move(far)};
}

inline void send_bytes(const unique_fd& to, std::size_t count) {
    const std::vector<char> bytes(count, 'x');
    REQUIRE(::send(to.get(), bytes.data(), count, MSG_NOSIGNAL) == static_cast<ssize_t>(count));
}

// What a reader finds: how many bytes were there, and what came after them (0: the end of the
// stream, EAGAIN: nothing yet, else the error).
struct drained_bytes {
    std::size_t count = 0;
    int after = 0;
};

inline drained_bytes drain(const unique_fd& from) {
    drained_bytes seen;
    char bytes[4096];
    for (;;) {
        const ssize_t got = ::recv(from.get(), bytes, sizeof bytes, 0);
        if (got <= 0) {
            seen.after = got == 0 ? 0 : errno;
            return seen;
        }
        seen.count += static_cast<std::size_t>(got);
    }
}

// Sends until the socket takes no more; returns how many bytes it took.
inline std::size_t fill(const unique_fd& to) {
    const std::vector<char> bytes(65536, 'x');
    std::size_t count = 0;
    for (;;) {
        const ssize_t sent = ::send(to.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) {
            return count;
        }
        count += static_cast<std::size_t>(sent);
    }
}

// Closes in a way that the peer sees as a reset (TCP).
inline void close_with_reset(unique_fd& fd) {
    const linger none{.l_onoff = 1, .l_linger = 0};
    REQUIRE(::setsockopt(fd.get(), SOL_SOCKET, SO_LINGER, &none, sizeof none) == 0);
    fd.reset();
}

} // namespace iapp::test
