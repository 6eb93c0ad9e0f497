#pragma once
// What can be tuned on a socket, as plain values.

#include <cstddef>
#include <cstdint>

namespace iapp {

// For TCP and Unix streams. A zero leaves the system's default; what a socket family does not know
// (nodelay on a Unix stream) is left out.
struct stream_options {
    bool nodelay = false;                   // TCP_NODELAY: small writes leave at once
    bool keepalive = false;                 // SO_KEEPALIVE
    std::uint32_t keepalive_idle_s = 0;     // idle time before the first probe
    std::uint32_t send_buffer_bytes = 0;    // SO_SNDBUF; Linux doubles it, FreeBSD refuses too much
    std::uint32_t receive_buffer_bytes = 0; // SO_RCVBUF; set before connecting or listening
    std::uint32_t receive_low_water_bytes = 0; // SO_RCVLOWAT: fewer bytes wake nobody, the end does
    std::int32_t linger_s = -1;                // SO_LINGER; -1 leaves it off, 0 makes close() reset
};

struct listen_options {
    // Connections that may wait to be accepted. The system cuts it to its own limit
    // (net.core.somaxconn, kern.ipc.soacceptqueue) without a word.
    std::int32_t backlog = 4096;
    // Several listeners, one for each worker, share the port and the connections
    // (SO_REUSEPORT_LB on FreeBSD, SO_REUSEPORT on Linux).
    bool balance = false;
    // For a Unix path: remove a socket file that nobody listens on any more.
    bool replace_stale_path = true;
    // For the connections: set on the listener, from which accepted sockets inherit.
    stream_options stream = {};
};

} // namespace iapp
