#pragma once
// sim_network: a network in memory, with its clock, whose every decision follows from a seed.

#include <iapp/reactor/engine.hpp>
#include <iapp/reactor/reactor.hpp>
#include <iapp/reactor/sim/sim_faults.hpp>
#include <iapp/reactor/sim/sim_hash.hpp>
#include <iapp/reactor/sim/sim_random.hpp>
#include <iapp/reactor/sim/sim_socket.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace iapp {

// How a piece of bytes travels.
struct sim_link {
    duration latency{0};
    duration jitter{0};                 // up to so much is added, drawn for each piece
    std::uint64_t bytes_per_second = 0; // 0: without limit
};

struct sim_options {
    std::uint64_t seed = 1;
    sim_faults faults = {};
    sim_link link = {.latency = std::chrono::microseconds{200},
                     .jitter = std::chrono::microseconds{100},
                     .bytes_per_second = 1'000'000'000}; // between two hosts
    sim_link loopback = {};                              // within one, TCP; Unix sockets have none
    std::uint32_t send_buffer_bytes = 256 * 1024;
    std::uint32_t receive_buffer_bytes = 128 * 1024;
    std::uint32_t piece_bytes = 16 * 1024; // the most that travels at once
    std::uint32_t backlog_max = 4096;
    std::uint32_t descriptors_max = 65'536; // of each host
    // After this a connect that nobody answered, or a piece that does not get through, is given up.
    duration connect_timeout = std::chrono::seconds{75};
    duration send_timeout = std::chrono::seconds{120};
    duration late_max = std::chrono::milliseconds{50}; // of what faults hold up
    // Hears of each fault that comes about, by the name of its member in sim_faults: for whoever
    // wants to know why a run went as it did. Changes nothing in it.
    std::function<void(time_point at, std::string_view fault)> on_fault = {};
    // Whether a poll() that finds nothing moves the clock on to the next event, at most to its
    // timeout. For one reactor by itself, or a few that are stepped in turn. Otherwise nobody moves
    // it but advance_to(), and a poll() never waits.
    bool waits_move_time = false;
};

// The two kinds of engine: one asks again and again what is ready, as with kqueue (the library's
// readiness layer on a simulated poller), the other has operations completed, as with io_uring.
enum class sim_character : std::uint8_t { ready, completing };

// What goes into the hash of events, beside its value.
enum class sim_step : std::uint8_t {
    time,
    fault,
    number,
    event,
    open,
    close,
    connect,
    accept,
    receive,
    send,
    report,
    complete,
};

// Hosts, TCP and Unix sockets, and links between them. Host n, counted from
// 0, has the addresses 127.0.0.0/8, ::1, 10.0.0.0 + n + 1 and fd00:: + n + 1. All reactors of one
// network are driven by one thread, and must be gone before it is. Two runs in which the same calls
// are made in the same order are the same, which event_hash() proves.
class sim_network {
  public:
    explicit sim_network(const sim_options& options = {});
    ~sim_network();
    sim_network(const sim_network&) = delete;
    sim_network& operator=(const sim_network&) = delete;

    // One more host; the first one is there from the beginning.
    sim_host add_host();

    sim_host first_host() const noexcept { return {0}; }

    // The address of a host, for IPv4, by which others reach it.
    static address address_of(sim_host host, std::uint16_t port) noexcept;

    // A reactor of that host's process. `options.engine` is not looked at. Never fails.
    std::unique_ptr<reactor> make_reactor(sim_host host, sim_character character,
                                          const reactor_options& options = {});

    // The parts of one, for whoever puts something between. The engine belongs to the reactor that
    // `parts` belongs to, and finds its descriptors with the kernel of the same host.
    // Reactors of a host with different `program` numbers can be killed one without the other.
    std::unique_ptr<kernel> make_kernel(sim_host host, std::uint32_t program = 0);
    std::unique_ptr<engine> make_engine(sim_host host, sim_character character,
                                        const engine_parts& parts, std::uint32_t program = 0);

    // Who waits for what concerns the engine that was made last.
    const sim_waiter& latest_waiter() const noexcept { return *waiters_.back(); }

    // Time.
    time_point now() const noexcept { return now_; }

    // When the network itself has something to do next; time_point::max() when never.
    time_point next_event() const noexcept;
    // Lets the time pass and does on the way what is due; never goes back.
    void advance_to(time_point when);

    // Whether no reactor would find anything now, so that only time can bring something.
    bool rests() const noexcept;

    // What happened so far.
    std::uint64_t event_hash() const noexcept { return hash_.value(); }

    std::uint64_t steps() const noexcept { return hash_.steps(); }

    const sim_options& options() const noexcept { return options_; }

    // From now on; for instance none, to let a run come to its end.
    void set_faults(const sim_faults& faults) noexcept { options_.faults = faults; }

    // How often each fault has come about so far.
    const sim_faults& faults_drawn() const noexcept { return drawn_; }

    // How many descriptors a host's process may have (EMFILE beyond), and how many it has.
    void set_descriptors_max(sim_host host, std::size_t count) noexcept;
    std::size_t open_descriptors(sim_host host) const noexcept;

    // Connections that some end still holds.
    std::size_t connections() const noexcept { return connections_.size(); }

    // What befalls hosts. What travels between hosts that cannot reach each other is sent again
    // and again, so it arrives after heal(), or is given up after the timeouts above.
    void partition(sim_host a, sim_host b);
    void heal(sim_host a, sim_host b);
    // No faults, partitions and stalls from now on.
    void end_trouble();
    // Nothing reaches it or leaves it until then. Of several stalls the longest counts.
    void stall(sim_host host, time_point until);
    // As kill -9: the system closes all descriptors, and peers see the end or a reset. Whatever
    // still belongs to the dead process can be destroyed: its calls do nothing any more.
    void kill(sim_host host);
    // The same of one of its programs, whose number nobody gets again.
    void kill(sim_host host, std::uint32_t program);
    // As a pulled plug: peers hear nothing, until they send something after restart().
    void crash(sim_host host);
    // A new process on a host that was killed or crashed; make_reactor() for it comes after.
    void restart(sim_host host);

  private:
    friend class sim_kernel;
    friend class sim_poller;
    friend class sim_engine;

    enum class event_kind : std::uint8_t {
        request,         // to connect
        answer,          // it is accepted
        refusal,         // it is not
        bytes,           // value: how many
        end,             // of the stream
        reset,           // value: the error
        window,          // value: up to where
        give_up_connect, // from here on: what does not travel
        give_up_sending, // what found no way is still waiting
        announce,        // what a fault held back
        announce_listener,
        resume, // a stall is over; value: of which host
    };

    struct event {
        time_point at;
        std::uint64_t sequence;
        event_kind kind;
        std::uint8_t to; // the end that it comes to
        slot_id what;    // connection or listener
        std::uint64_t value;
    };

    // What is done in the name of the seed.
    bool draw(std::uint32_t sim_faults::*fault);
    std::uint64_t below(std::uint64_t n);
    duration delay();
    void tell(std::uint32_t sim_faults::*fault) const;
    void note(sim_step what, std::uint64_t value) noexcept;

    // Events (sim_events.cpp).
    void schedule(time_point at, event_kind kind, slot_id what, unsigned to, std::uint64_t value);
    void run_due();
    void happen(const event& e);
    bool is_blocked(const sim_connection& c, const event& e);
    void on_request(sim_connection& c);
    void on_bytes(sim_connection& c, unsigned to, std::size_t count);
    void on_give_up(sim_connection& c, unsigned sender);
    void break_end(sim_connection& c, unsigned which, std::errc why);
    void break_both(sim_connection& c, std::errc why);
    void reopen();

    // Links (sim_links.cpp).
    time_point arrival(sim_connection& c, unsigned to, std::size_t bytes);
    void pump(sim_connection& c, unsigned to);
    void hold_up(sim_pipe& pipe, bool late);
    void announce_window(sim_connection& c, unsigned by);
    void send_reset(sim_connection& c, unsigned to);
    bool can_reach(sim_host a, sim_host b) const noexcept;
    void signal(const sim_end& e);
    void signal(const sim_listener& l);
    void signal(sim_host host, descriptor fd);

    // Sockets (sim_sockets.cpp): the verbs of kernels, by host and descriptor.
    sim_process& of(sim_host host) noexcept { return *processes_[host.number]; }

    sim_descriptor* find(sim_host host, descriptor fd) noexcept;
    result<descriptor> open(sim_host host, const sim_program& by, sim_kind kind, slot_id what,
                            unsigned end);
    sim_program begin(sim_host host, std::uint32_t program) noexcept;
    bool runs(sim_host host, const sim_program& which) noexcept;
    void lose_descriptors(sim_host host, std::optional<std::uint32_t> only_of);
    void close(sim_host host, descriptor fd);
    sim_readiness readiness(sim_host host, descriptor fd) noexcept;
    void stop_waiting(sim_host host, descriptor fd, const sim_waiter& by) noexcept;
    void close_end(sim_connection& c, unsigned end);
    void close_listener(sim_listener& l);
    void enqueue(sim_connection& c, sim_listener& l);
    sim_listener* listener_for(sim_host host, const address& at);
    bool in_use(sim_host host, const address& at, bool balance);
    std::uint16_t free_port(sim_host host, const address& at);
    // The host that an address leads to from another; nothing for one that nobody has.
    bool route(sim_host from, const address& to, sim_host& host) const noexcept;
    address source_for(sim_host from, const address& to, sim_host host);
    void apply(sim_connection& c, unsigned end, const stream_options& options);

    // Moves the clock until the waiter has news, at most so far; see waits_move_time.
    void wait(const sim_waiter& by, duration timeout);

    sim_options options_;
    sim_faults drawn_; // counts
    sim_random random_;
    sim_hash hash_;
    time_point now_{std::chrono::hours{1}}; // nobody's zero
    std::uint64_t sequence_ = 0;
    bool running_ = false;       // events, which others may follow from
    std::vector<event> events_;  // a heap, the earliest in front
    std::vector<event> blocked_; // until a way opens, in their order
    std::set<std::pair<std::uint32_t, std::uint32_t>> partitions_;
    std::vector<std::unique_ptr<sim_process>> processes_;
    slot_table<sim_connection> connections_;
    slot_table<sim_listener> listeners_;
    std::vector<sim_waiter*> waiters_;
};

} // namespace iapp
