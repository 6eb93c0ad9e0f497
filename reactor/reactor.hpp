#pragma once
// reactor: what one worker needs for I/O - an engine, the table of its sockets, buffers, timers.

#include <iapp/reactor/buffer_pool.hpp>
#include <iapp/reactor/engine.hpp>
#include <iapp/reactor/listener.hpp>
#include <iapp/reactor/stream.hpp>
#include <iapp/reactor/timer_wheel.hpp>
#include <iapp/reactor/turn_clock.hpp>
#include <iapp/reactor/watch.hpp>

#include <functional>
#include <memory>
#include <string>

namespace iapp {

struct reactor_options {
    // An engine of engine_names(); empty: what IAPP_ENGINE says, else the best one that works here.
    std::string engine = {};
    // Sockets, listeners and watches open at one time; beyond it connections are refused.
    std::uint32_t sockets_max = 65'536;
    buffer_pool_options buffers = {};
};

struct engine_parts;
using engine_factory = std::function<result<std::unique_ptr<engine>>(const engine_parts&)>;

// Plain numbers of one worker. Every started operation ends: started = ended once all is closed.
struct io_counters {
    std::uint64_t ops_started = 0;
    std::uint64_t ops_ended = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;     // taken by write() and not dropped
    std::uint64_t bytes_dropped = 0; // taken by write() and never sent: reset, abort, flush_max
    std::uint64_t accepted = 0;
    std::uint64_t accept_refused = 0; // closed at once: sockets_max reached
    std::uint64_t accept_pauses = 0;  // out of descriptors or memory
    std::error_code accept_pause_why; // of the latest pause
};

// Belongs to one thread at a time: made anywhere, then used by its worker alone; only wake() may be
// called by others. Its streams, listeners and watches are handles into it and must be destroyed
// before it is.
class reactor {
  public:
    // Fails with invalid_argument for an engine that does not exist in this build, and with the
    // system's error when the engine cannot work here.
    static result<std::unique_ptr<reactor>> make(const reactor_options& options);
    // The same on a kernel other than the real one.
    static result<std::unique_ptr<reactor>> make(const reactor_options& options,
                                                 std::unique_ptr<kernel> os);
    // The same on an engine other than those of this build; `options.engine` is not looked at.
    static result<std::unique_ptr<reactor>> make(const reactor_options& options,
                                                 std::unique_ptr<kernel> os,
                                                 const engine_factory& make_engine);
    ~reactor();
    reactor(const reactor&) = delete;
    reactor& operator=(const reactor&) = delete;

    // Listens, and accepts from the next poll on. Errors are the system's: address_in_use,
    // permission_denied, too_many_files_open…
    result<listener> listen(const address& at, const listener_handlers& handlers, void* owner,
                            const listen_options& options = {});

    // Begins to connect; the owner gets `connected` or `closed`. Fails at once only when there is
    // no socket to be had.
    result<stream> connect(const address& to, const stream_handlers& handlers, void* owner,
                           const connect_options& options = {});

    // Watches a descriptor of somebody else's.
    result<watch> watch_descriptor(descriptor fd, interest what, const watch_handlers& handlers,
                                   void* owner);

    // A turn calls these two, one after the other, with the worker's other work in between.
    // First: begins a new time and fires timers that are due, a bounded number.
    void fire_timers();
    // Then: tells completions, a bounded number; when there are none it waits for them, for the
    // next timer, or at most `timeout` (zero: not at all, duration::max(): for ever).
    void poll(duration timeout);

    // The time anew, for a worker that waits by itself.
    void restart_clock() noexcept { clock_.restart(); }

    // The time of the present pass: read when it is first asked for since the pass began or its
    // wait ended, and the same until then.
    time_point now() const noexcept { return clock_.now(); }

    // Begins to close everything without flushing; handles hear nothing of it, and nothing can be
    // opened any more. When open_sockets() is zero every last operation has ended.
    void begin_close_all();
    // The same, and polls until it is done. False when `deadline` came first.
    bool close_all(time_point deadline);

    // Any thread, also a signal handler: the present or else the next poll() returns.
    void wake() noexcept { engine_->wake(); }

    std::string_view engine_name() const noexcept { return engine_->name(); }

    buffer_pool& buffers() noexcept { return buffers_; }

    timer_wheel& timers() noexcept { return timers_; }

    bool has_work() const noexcept { return engine_->has_work(); }

    const io_counters& counters() const noexcept { return counters_; }

    // System calls made for I/O and waiting.
    std::uint64_t system_calls() const noexcept { return os_->calls() + engine_->calls(); }

    // Sockets, listeners and watches that are open.
    std::size_t open_sockets() const noexcept { return transports_.size(); }

    // Small records in use: deadlines of sockets, inboxes of streams.
    std::size_t records() const noexcept { return records_.outstanding(); }

  private:
    friend class transport_handle;
    friend class stream;
    friend class stream_inbox;
    friend class listener;
    friend class watch;
    friend struct stream_side;
    friend struct listener_side;
    friend struct watch_side;

    reactor(std::unique_ptr<kernel> os, const reactor_options& options);

    transport* find(slot_id id) noexcept { return transports_.find(id); }

    // A record for an open descriptor, null at sockets_max (then the descriptor is closed).
    transport* adopt(descriptor fd, const transport_events& events);
    void start_input(transport& t, input_kind what);
    void arm_deadline(transport& t, duration after);
    void disarm_deadline(transport& t) noexcept;
    void close(transport& t);
    void release(transport& t) noexcept;

    // The end of every transport: its record goes, then its owner hears of it.
    template <class Handlers>
    static void tell_closed(transport& t) {
        const Handlers& handlers = handlers_of<Handlers>(t);
        void* owner = t.owner;
        const closed last{t.id, t.why};
        t.home->release(t);
        if (handlers.on_closed != nullptr) {
            handlers.on_closed(owner, last);
        }
    }

    std::unique_ptr<kernel> os_;
    turn_clock clock_;
    io_counters counters_;
    bool closing_ = false;
    buffer_pool buffers_;
    memory_pool records_;
    timer_wheel timers_;
    slot_table<transport> transports_;
    std::unique_ptr<engine> engine_;
};

} // namespace iapp
