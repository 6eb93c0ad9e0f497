#pragma once
// The seam: an engine takes operations on transports and completes them.

#include <iapp/reactor/clock.hpp>
#include <iapp/reactor/transport.hpp>

#include <cstdint>
#include <string_view>
#include <system_error>

namespace iapp {

// Nothing above this class knows how completion comes about: by readiness (kqueue, epoll, poll), by
// a ring of completions, or by a simulation. All but wake() belong to the worker's thread. The
// start_, resume, cancel_ and close calls only note what to do; whatever comes of it is told
// through transport_events by a later poll().
class engine {
  public:
    virtual ~engine() = default;

    virtual std::string_view name() const noexcept = 0;

    // Sources. The transport has no other source under way. Items hold up to io_size_bytes.
    virtual void start_input(transport& t, input_kind what) = 0;
    // A paused source may still yield what was in flight. Pausing is for the owner to decide at
    // any time, also before the source is started; resuming one that was not paused does nothing.
    virtual void pause_input(transport& t) = 0;
    virtual void resume_input(transport& t) = 0;
    // For a watch: what to report from now on.
    virtual void set_watched(transport& t, interest what) = 0;
    // The source ends with operation_canceled unless it ends by itself before.
    virtual void cancel_input(transport& t) = 0;

    // One-shots. start_send() sends t.unsent until it is empty; more may be appended meanwhile.
    virtual void start_connect(transport& t, const address& to) = 0;
    virtual void start_send(transport& t) = 0;
    // Ends it with operation_canceled unless it ends by itself before; what was not sent stays in
    // t.unsent.
    virtual void cancel_output(transport& t) = 0;

    // Cancels what is under way, waits for its end, then closes the descriptor. The record must
    // live until `closed` was told.
    virtual void close(transport& t) = 0;

    // One pass: starts what was noted, waits until something completes or `timeout` is over (zero:
    // do not wait, duration::max(): for ever), restarts the clock, and tells a bounded number of
    // completions.
    virtual void poll(duration timeout) = 0;

    // Whether poll() has completions at hand and would not wait. It may also find some that it did
    // not know of, and then does not wait either.
    virtual bool has_work() const noexcept = 0;

    // Any thread, also a signal handler: makes the present or else the next poll() return.
    virtual void wake() noexcept = 0;

    // System calls made so far by the engine itself (waiting, registering).
    virtual std::uint64_t calls() const noexcept = 0;
};

// How an operation ends that was cancelled.
inline std::error_code canceled() noexcept {
    return std::make_error_code(std::errc::operation_canceled);
}

} // namespace iapp
