#pragma once
// cell: the runtime's side of one actor.

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

    worker_loop& home;
    slot_id id;
    const actor_type& type;
    context cx;
    unsigned running = 0;  // handlers under way
    bool stopping = false; // to be destroyed when the last of them returns
};

} // namespace iapp
