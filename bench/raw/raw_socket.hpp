#pragma once
// Making and accepting sockets for the raw programs: everything that happens once a connection or
// once a run. None of it is inside a measured loop.

#include "raw.hpp"

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace raw {

// How long a full table or EMFILE stops accepting: the edge does not come again by itself.
constexpr int accept_retry_ms = 100;

struct address {
    sockaddr_storage storage{};
    socklen_t size = 0;

    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

// Reads "A:P" or "[V6]:P", numeric only; anything else is wrong usage.
address parse_address(const std::string& text);

// Buffers and no delay; set on a listener they hold for what it accepts, on Linux and on FreeBSD.
void set_stream_options(int fd, const options& o);

void set_nonblocking(int fd);

// A bound, listening, non-blocking socket, or the end of the program with the reason. [::] takes
// IPv4 too.
int listen_or_die(const options& o);

// The next waiting connection, non-blocking, or -1 when there is none or none may be taken now.
// `paused` tells the second: the caller comes back when one was closed or after
// accept_retry_ms.
int accept_next(int listener, const options& o, totals& t, bool& paused);

// Many connections need many descriptors: the soft limit becomes the hard one.
void raise_open_files();

// The signals that end a server; a duration ends it with SIGALRM. They are blocked, so that only
// the poller reports them.
constexpr int stop_signals[] = {SIGINT, SIGTERM, SIGALRM};

sigset_t block_stop_signals();

void start_duration(const options& o);

} // namespace raw
