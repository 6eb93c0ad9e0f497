#pragma once
// cell: the runtime's side of one actor.

#include <iapp/actors/attachment.hpp>
#include <iapp/actors/context.hpp>
#include <iapp/mailbox/slot_table.hpp>

#include <boost/intrusive/list_hook.hpp>

namespace iapp {

struct actor_type;
class worker_loop;

// Lives in its worker's memory pool, linked in the order of spawning. Worker's thread only.
struct cell : boost::intrusive::list_base_hook<> {
    cell(worker_loop& home_, slot_id id_, const actor_type& type_) noexcept
        : home{home_}, id{id_}, type{type_}, cx{*this} {}

    // What is still attached belongs to an actor whose constructor has thrown.
    ~cell() { end_attached(exit_reason::failed); }

    cell(const cell&) = delete;
    cell& operator=(const cell&) = delete;

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
    unsigned running = 0;  // handlers under way
    bool stopping = false; // to be destroyed when the last of them returns
    exit_reason why = exit_reason::stopped;
};

} // namespace iapp
