#pragma once
// Ending other actors: what an actor that wants to end in good order is told, and how it travels.

#include <iapp/actors/actor_id.hpp>
#include <iapp/actors/exit_reason.hpp>
#include <iapp/mailbox/message.hpp>
#include <iapp/reactor/clock.hpp>

namespace iapp {

// Somebody wants the actor to end. One that accepts this message is not stopped by it: it finishes
// what it has begun and calls cx.stop() itself; it is told once. One that does not accept it ends
// at once.
struct stopping {
    // It is killed after that time from now; duration::max(): it has all the time it wants.
    duration within = duration::max();
};

// Travels behind what was sent before it and runs itself on the actor's worker.
struct stop_order {
    static void run(void* worker, std::uint64_t to, void* payload, fate what);

    duration within = duration::max();
    exit_reason why = exit_reason::stopped;
    bool in_good_order = true; // by `stopping`, if the actor accepts it
};

// The same, but overtakes; see send_kill().
struct kill_order {
    static void run(void* worker, std::uint64_t to, void* payload, fate what);
};

// Any thread: see context::stop(). Its place in the queue may be reserved.
bool send_stop(const actor_id& whom, const stop_order& order, delivery how = delivery::limited);

// Any thread: see context::kill().
void send_kill(const actor_id& whom);

} // namespace iapp
