#pragma once
// actor_id: which actor, whatever it accepts.

#include <iapp/mailbox/slot_table.hpp>

namespace iapp {

class worker_loop;

// The name of an actor without the types of its messages: a plain value that may outlive the actor
// but not its system. Two are equal when they name the same actor.
struct actor_id {
    worker_loop* home = nullptr;
    slot_id slot;

    // Whether it names somebody; he may be gone all the same.
    explicit operator bool() const noexcept { return static_cast<bool>(slot); }

    friend bool operator==(const actor_id&, const actor_id&) noexcept = default;
};

static_assert(sizeof(actor_id) == 16);

} // namespace iapp
