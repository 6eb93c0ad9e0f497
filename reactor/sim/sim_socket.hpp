#pragma once
// The records of a simulated network: processes, their descriptors, listeners and connections.

#include <iapp/mailbox/slot_table.hpp>
#include <iapp/reactor/kernel.hpp>
#include <iapp/reactor/sim/sim_pipe.hpp>

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <system_error>
#include <vector>

namespace iapp {

// A machine of a simulated network.
struct sim_host {
    std::uint32_t number = 0;
    friend bool operator==(sim_host, sim_host) = default;
};

// One of the programs on a host, from its start to its end.
struct sim_program {
    std::uint32_t number = 0;      // among those of its host
    std::uint32_t incarnation = 0; // of the host
};

inline std::error_code sim_error(std::errc why) noexcept {
    return {static_cast<int>(why), std::system_category()};
}

// Who wants to hear of news of descriptors: a simulated poller or engine.
class sim_waiter {
  public:
    virtual ~sim_waiter() = default;

    // Something changed for the better: there may be more to read (or its end), or room to write.
    virtual void signaled(descriptor fd) = 0;

    // The process crashed and the descriptor is gone.
    virtual void lost(descriptor fd) noexcept = 0;

    // Whether waiting would end at once.
    virtual bool has_news() const noexcept = 0;
};

enum class sim_kind : std::uint8_t { none, stream, listener };

// What can be done with a descriptor now.
struct sim_readiness {
    bool readable = false;
    bool writable = false;
    bool ended = false; // the peer sends no more, or the connection is broken
    bool connected = false;
};

// What a descriptor stands for.
struct sim_descriptor {
    sim_kind kind = sim_kind::none;
    slot_id what;              // of a connection or a listener
    std::uint8_t end = 0;      // of a connection
    std::uint32_t program = 0; // whose it is
    sim_waiter* waiter = nullptr;
};

struct sim_listener {
    slot_id id;
    sim_host host;
    descriptor fd = no_descriptor;
    address at;
    bool balance = false;
    std::size_t backlog = 0;
    stream_options inherited;
    std::deque<slot_id> queue; // connections to be accepted, each by its end 1
};

// One end of a connection.
struct sim_end {
    sim_host host;
    descriptor fd = no_descriptor;
    bool held = false;      // by a descriptor, or by the queue of a listener
    bool connected = false; // knows that the other end is there
    bool broken = false;    // reset, or given up: nothing moves any more
    bool resets = false;    // when it is closed
    std::error_code error;  // told by the next call, once
    address local;
    std::uint32_t low_water_bytes = 1;
    sim_pipe in; // what the other end sends

    sim_end(std::size_t send_limit, std::size_t receive_limit) : in{send_limit, receive_limit} {}

    bool is_readable() const noexcept {
        return broken || (connected && (in.end_arrived() || in.readable() >= low_water_bytes));
    }
};

// End 0 connects, end 1 is accepted.
struct sim_connection {
    slot_id id;
    bool connecting = false; // connect() was called
    std::array<sim_end, 2> ends;

    sim_connection(std::size_t send_limit, std::size_t receive_limit)
        : ends{sim_end{send_limit, receive_limit}, sim_end{send_limit, receive_limit}} {}

    bool is_unix() const noexcept { return ends[1].local.family() == address_family::unix_path; }

    bool is_writable(unsigned end) const noexcept {
        const sim_end& e = ends[end];
        return e.broken || (e.connected && ends[1 - end].in.has_fair_room());
    }
};

// What runs on a host; its programs differ only in that one may end without the others.
struct sim_process {
    std::uint32_t incarnation = 0;  // grows with each crash; who knows an older one is dead
    std::set<std::uint32_t> killed; // programs, by number
    bool down = false;
    std::size_t descriptors_max = 0;
    std::size_t descriptors_used = 0;
    std::vector<sim_descriptor> descriptors; // by number; the lowest free one is given out next
    std::vector<slot_id> listeners;
    std::map<std::string, slot_id> names; // of Unix sockets; a listener that is gone leaves its own
    std::uint16_t next_port = 0;
    bool stalled = false;
    time_point stalled_until{};
};

} // namespace iapp
