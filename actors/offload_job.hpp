#pragma once
// offload_job: a piece of blocking work on its way to another thread and back.

#include <iapp/actors/attachment.hpp>
#include <iapp/mailbox/message.hpp>

#include <atomic>

namespace iapp {

struct cell;
class port;

// The payload of an envelope from the memory of the actor's worker, which is made when the work is
// accepted: so it comes home whatever the limits are, and nothing is allocated for that. The worker
// has it, then the pool's thread from submit() to the push that brings it home, then the worker.
// `abandoned` alone is shared, and decides nothing but whether work is done in vain.
//
// Attached to its actor: the actor's end sets `abandoned` and lets go what would have been done
// with the result, by `end`. `complete` is called on the worker if the actor still lives and hears
// of messages; the job is no longer attached then, and destroyed after the call.
struct offload_job : attachment {
    using work_function = void (*)(offload_job& self) noexcept;
    using complete_function = void (*)(offload_job& self) noexcept;

    offload_job(work_function on_work, complete_function on_complete, end_function on_end) noexcept
        : attachment{on_end}, work{on_work}, complete{on_complete} {}

    work_function work;         // a thread of the pool: runs the function, keeps its result
    complete_function complete; // the worker: the result is there
    cell* owner = nullptr;
    port* home = nullptr;
    envelope* message = nullptr; // the one that this lies in; its type has the function's name
    std::atomic<bool> abandoned{false};

  protected:
    ~offload_job() = default;
};

} // namespace iapp
