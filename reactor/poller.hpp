#pragma once
// poller: the small class in which readiness engines differ. The rest they share
// (reactor/readiness/).

#include <iapp/reactor/clock.hpp>
#include <iapp/reactor/transport.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace iapp {

// What happened on a descriptor. `key` is the name of its transport (slot_id::to_word()), never a
// pointer, so that an event which outlived its socket finds nothing.
struct ready_event {
    std::uint64_t key = 0;
    bool readable = false;
    bool writable = false;
    bool ended = false; // end of stream, hang-up or error: reading on will show which
    // errno where the system told it, or where registering failed; `ended` is set with it.
    std::int32_t error = 0;
};

struct interest_change {
    descriptor fd = no_descriptor;
    std::uint64_t key = 0;
    interest before; // what this poller was told last; nothing for a new descriptor
    interest after;
    bool first = false; // this poller has not heard of the descriptor yet
    bool level = false; // report for as long as it is so; otherwise each change once
};

// One for each worker. All but wake() belong to the worker's thread. Without `level` a poller
// reports at least every change to readiness that comes after the registration, and readiness that
// is there already when it registers; it may report more often, and it may go on reporting
// reading after that interest is gone.
class poller {
  public:
    virtual ~poller() = default;

    virtual std::string_view name() const noexcept = 0;

    // Notes a change; it takes effect with the next wait() at the latest. A change that fails then
    // becomes an event with its errno.
    virtual void change(const interest_change& c) = 0;

    // The descriptor is not reported any more. Called before it is closed, or with `stays_open`
    // when it belongs to somebody else and is only given back.
    virtual void forget(descriptor fd, interest registered, bool stays_open) noexcept = 0;

    // Waits for at least one event or a wake, at most `timeout` (zero: do not wait,
    // duration::max(): for ever), and fills `out`; returns how many. Wakes are swallowed.
    virtual std::size_t wait(std::span<ready_event> out, duration timeout) = 0;

    // Any thread, also a signal handler. Wakes that nobody has waited for become one.
    virtual void wake() noexcept = 0;

    // System calls made so far.
    virtual std::uint64_t calls() const noexcept = 0;
};

} // namespace iapp
