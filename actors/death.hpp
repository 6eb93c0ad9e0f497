#pragma once
// death: how actors hear of the ends of others.

#include <iapp/actors/actor_id.hpp>
#include <iapp/actors/exit_reason.hpp>
#include <iapp/mailbox/message.hpp>

namespace iapp {

// One call of context::monitor(): a plain value that may outlive what it names.
struct monitor_id {
    slot_id slot;

    explicit operator bool() const noexcept { return static_cast<bool>(slot); }

    friend bool operator==(monitor_id, monitor_id) noexcept = default;
};

// One call of context::link(), likewise.
struct link_id {
    slot_id slot;

    explicit operator bool() const noexcept { return static_cast<bool>(slot); }

    friend bool operator==(link_id, link_id) noexcept = default;
};

// An actor that is monitored has ended: exactly one for each monitor. It has been destroyed by
// then, and whatever it sent before its end has come before. `why` is exit_reason::gone when it had
// ended before it was monitored; if it failed in its construction on another worker a moment
// before, that is known.
struct down {
    actor_id who;
    exit_reason why = exit_reason::gone;
    monitor_id by; // which monitor this answers
};

template <>
inline constexpr delivery delivery_of<down> = delivery::reserved;

// An actor that is linked with this one has ended, and not in order. Whoever accepts it decides for
// himself what then is to be done; whoever does not ends for the same reason.
struct linked_down {
    actor_id who;
    exit_reason why = exit_reason::gone;
};

template <>
inline constexpr delivery delivery_of<linked_down> = delivery::reserved;

// Whether those who are linked with the actor are to hear of an end for this reason.
constexpr bool in_order(exit_reason why) noexcept {
    return why == exit_reason::stopped || why == exit_reason::worker_stopping;
}

} // namespace iapp
