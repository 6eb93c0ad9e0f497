#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

#include "waiting.hpp"

namespace selftest {

// A check could not get as far as its question (no socket, no descriptor, no loopback). The only
// exception of this program: it ends one check, as a failure, from any depth.
struct setup_failed : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Returns result when it is not negative, else throws setup_failed with what and errno's name.
int must(int result, const char* what);

// "ECONNRESET" for the numbers that the checks meet, else the system's text; "0" for none.
std::string error_name(int error);

// Owns one file descriptor.
class descriptor {
  public:
    descriptor() = default;

    explicit descriptor(int fd) : fd_{fd} {}

    descriptor(descriptor&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}

    descriptor& operator=(descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }

    ~descriptor() { close(); }

    int get() const { return fd_; }

    void close();

  private:
    int fd_ = -1;
};

// Both ends connected and nonblocking.
struct stream_pair {
    descriptor client;
    descriptor server;
};

struct tcp_listener {
    descriptor socket;
    std::uint16_t port = 0;
};

enum class buffers { usual, small };

// A nonblocking TCP socket; 16 KiB buffers that do not grow when small.
descriptor tcp_socket(buffers size = buffers::usual);

enum class where { loopback, wildcard };

// Binds a TCP socket of the family; port 0 lets the kernel choose. Returns the port, or 0 with
// errno set.
std::uint16_t bind_port(int fd, int family, std::uint16_t port, where address = where::loopback);

// Nonblocking, on 127.0.0.1, on a port that the kernel chose.
tcp_listener listen_tcp(int backlog = 128, buffers size = buffers::usual);

// connect(2) to a port of 127.0.0.1 or ::1: 0 or errno.
int connect_loopback(int fd, int family, std::uint16_t port);

// A new client whose connection to the listener is established.
descriptor connected_client(const tcp_listener& to);

// Waits for a connection and takes it; nonblocking.
descriptor accept_one(int listener);

stream_pair tcp_pair(buffers size = buffers::usual);
stream_pair unix_pair();

void set_nonblocking(int fd);
void set_option(int fd, int level, int name, int value);

// poll(2) on one descriptor: the events that came, 0 after the limit.
short wait_for(int fd, short events, milliseconds limit);

// Waits until the peer's FIN or RST has arrived.
void wait_for_end(int fd);

// Sends all of a short text, which must fit the socket's buffer.
void send_text(int fd, const std::string& text);

// Reads until nothing is left: bytes, and how it ended (EAGAIN, an errno, or 0 for end of file).
struct drained {
    std::size_t bytes = 0;
    int ended = 0;
};

drained drain(int fd);

// One recv of at most 64 KiB: the count, or -errno.
int receive(int fd, std::size_t room = 65536);

// Sends until the socket says EAGAIN: the bytes sent. Acknowledgements that are still on their way
// may make it writable again without its peer reading, and loopback buffers may grow.
std::size_t send_until_blocked(int fd);

// The same, again and again until poll(2) finds it blocked for a while.
std::size_t fill(int fd);

// Closes with SO_LINGER 0, so that the peer gets a RST.
void reset(descriptor& fd);

// getsockopt(SO_ERROR), which clears it.
int pending_error(int fd);

} // namespace selftest
