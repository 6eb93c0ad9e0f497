#pragma once
// cell: the runtime's side of one actor.

#include <iapp/actors/attachment.hpp>
#include <iapp/actors/context.hpp>
#include <iapp/actors/relative.hpp>
#include <iapp/mailbox/slot_table.hpp>

#include <boost/intrusive/list_hook.hpp>

#include <cstdint>

namespace iapp {

class actor_queue;
struct actor_type;
class withheld_credits;
class worker_loop;

// What is there before the actor.
struct cell_place {
    cell*& entry; // in the worker's table
    worker_loop& home;
    slot_id id;
    const actor_type& type;
    actor_queue* queue;
};

// Lives in its worker's memory pool, linked in the order of spawning. Worker's thread only.
struct cell : boost::intrusive::list_base_hook<>, relative {
    // It is found in the worker's table from the beginning, because its constructor may send it
    // something, and those whom that tells of it may want to watch it.
    explicit cell(const cell_place& place) noexcept
        : home{place.home}, id{place.id}, type{place.type}, cx{*this}, queue{place.queue} {
        place.entry = this;
    }

    // What it still has belongs to an actor whose constructor has failed.
    ~cell() {
        if (!attached.empty() || youngest() != nullptr) [[unlikely]] {
            end_unborn();
        }
    }

    cell(const cell&) = delete;
    cell& operator=(const cell&) = delete;

    // It hears no more and ends when none of its handlers is running; the first reason counts.
    void stop(exit_reason reason) noexcept {
        if (!stopping) {
            stopping = true;
            why = reason;
        }
    }

    void end_unborn() noexcept;

    void end_attached(exit_reason reason) noexcept {
        while (!attached.empty()) {
            attachment& latest = attached.back();
            attached.pop_back();
            latest.end(latest, reason);
        }
    }

    worker_loop& home;
    slot_id id;
    const actor_type& type;
    context cx;
    attachment_list attached;
    actor_queue* const queue; // if its mailbox has a limit
    withheld_credits* withheld = nullptr;
    unsigned running = 0;  // handlers under way
    bool stopping = false; // to be destroyed when the last of them returns
    bool ending = false;   // its destructor is about to run, or runs
    bool told_to_stop = false;
    bool stop_waits = false; // an order to stop is in its queue
    exit_reason why = exit_reason::stopped;
    std::uint16_t tasks = 0; // that cx.run() has started and that have not ended
};

} // namespace iapp
