#pragma once
// actor_id: which actor, whatever it accepts.

#include <iapp/actors/worker_handle.hpp>
#include <iapp/mailbox/slot_table.hpp>

namespace iapp {

// The name of an actor without the types of its messages: a plain value that may outlive the actor
// and its system. Two are equal when they name the same actor.
struct actor_id {
    worker_handle home;
    slot_id slot;

    // Whether it names somebody; he may be gone all the same.
    explicit operator bool() const noexcept { return static_cast<bool>(slot); }

    friend bool operator==(const actor_id&, const actor_id&) noexcept = default;
};

static_assert(sizeof(actor_id) == 16);

} // namespace iapp
