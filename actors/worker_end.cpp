// The end of actors: through end_one() passes each that was constructed, and through
// cell::end_unborn() each whose constructor failed.

#include <iapp/actors/worker.hpp>

namespace iapp {

// Goes down to a descendant without children, ends it and goes on from its parent, so the depth of
// a family costs no stack.
void worker_loop::end(cell& actor) noexcept {
    const relative* const last = &actor;
    actor.stopping = true;
    for (cell* each = &actor;;) {
        while (relative* const child = each->youngest()) {
            const exit_reason why = for_children(each->why);
            each = static_cast<cell*>(child);
            each->stop(why);
        }
        if (each->running > 0) {
            to_end_.push_back(actor.id); // with this turn, when no handler is under way any more
            return;
        }
        auto* const parent = static_cast<cell*>(each->parent());
        const bool done = each == last;
        end_one(*each);
        if (done) {
            return;
        }
        each = parent;
    }
}

void worker_loop::end_one(cell& actor) noexcept {
    const bond_table::ending news{bonds_};
    const slot_id id = actor.id;
    actor.ending = true;
    actor.leave_parent();
    in_order_.erase(in_order_.iterator_to(actor));
    actor_queue* const queue = actor.queue;
    const exit_reason why = actor.why;
    actor.end_attached(why);
    actor.type.destroy(actor);
    actors_.destroy(id); // last: no message finds a dying actor's successor
    ++counters_.actors_ended;
    end_queue(queue, id, why);
}

void worker_loop::stop_when_idle(cell& actor) {
    if (actor.running == 0) {
        to_end_.push_back(actor.id); // in its constructor, or called from outside a handler
    }
}

void worker_loop::end_stopped() {
    for (std::size_t i = 0; i < to_end_.size(); ++i) {
        if (cell* actor = find(to_end_[i])) {
            end(*actor); // its destructor may stop others
        }
    }
    to_end_.clear();
}

void worker_loop::end_all_actors() noexcept {
    while (!in_order_.empty()) {
        cell& youngest = in_order_.back(); // first, so that children go before their parents
        youngest.why = exit_reason::worker_stopping;
        end(youngest);
    }
}

void cell::end_unborn() noexcept {
    ending = true;
    while (relative* const child = youngest()) {
        auto& orphan = static_cast<cell&>(*child);
        orphan.stop(exit_reason::stopped);
        if (orphan.running > 0) {
            orphan.leave_parent();
        } else {
            home.end(orphan);
        }
    }
    end_attached(exit_reason::failed);
}

} // namespace iapp
