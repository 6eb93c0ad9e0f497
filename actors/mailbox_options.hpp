#pragma once
// mailbox_options: how much may wait for one actor, and what becomes of more.

#include <iapp/actors/overflow.hpp>

#include <cstddef>

namespace iapp {

// With a limit an actor has a queue of its own, out of which it handles one message after the
// other, in turns with all that its worker's actors send each other. What waits there, and is
// counted, is what actors of its own worker send it, itself included, from its constructor on, and
// what arrives from other threads while its queue is not empty, so that the order of each sender is
// kept; before that it waits in the rings and the door, which have limits of their own, and is
// handled as it comes. Where one is refused, send() says so to actors of the same worker, and what
// comes from elsewhere is only counted. Messages that were refused or dropped are dead letters by
// these names; who has asked with them gets actor_error::refused. What was reserved beforehand
// waits in the same order, but neither counts nor is dropped: news of deaths, messages sent under a
// credit, and one order to stop. Answers, timers, I/O and the events of queues do not wait.
struct mailbox_options {
    std::size_t limit = 0; // messages; 0: none but those of its worker
    overflow when_full = overflow::refuse;
};

} // namespace iapp
