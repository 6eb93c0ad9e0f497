// Actors that arrive from other workers, and what arrives before them.

#include <iapp/actors/worker.hpp>

namespace iapp {

unsigned worker_loop::choose(const placement& on) {
    const unsigned chosen = on.choose(index(), workers(), next_round_);
    IAPP_CHECK(chosen < workers(), "the system has no such worker");
    return chosen;
}

void worker_loop::settle(slot_id id, cell* made, const birth_terms& terms) {
    if (made != nullptr) {
        distant_children::attach(*made, terms.parent);
        if (!terms.name.empty()) {
            names_.claim(*made, terms.name);
        }
    } else {
        grants_.note_stillborn(id);
        distant_children::tell(terms.parent);
    }
    bonds_.arrived(id); // first: it may end by what it is sent
    deliver_early(id);
    bonds_.hear_inherited(id); // last: who has ended may have sent something before
}

bool worker_loop::may_be_named(std::string_view actor, std::string_view name) noexcept {
    const bool taken = static_cast<bool>(names_.holder(name)); // nobody is called nothing
    if (taken) {
        report_failed_construction(actor, "another actor has got its name");
    }
    return !taken;
}

bool worker_loop::unborn(slot_id id) noexcept {
    cell** const entry = actors_.find(id);
    return entry != nullptr && *entry == nullptr;
}

// Whoever has got the name of an actor from the one who spawned it may be faster than the actor.
void worker_loop::keep_early(envelope* message) noexcept {
    if (early_.size() < limits_.local_messages_max) {
        early_.push(message);
        return;
    }
    if (message->type->run != nullptr) {
        message->type->run(this, message->to, message->payload(), fate::discard); // it counts
    } else {
        bury(handle_, message->to, *message->type, dead_letter::refused);
    }
    message->destroy_payload();
    mail_.release(message);
}

void worker_loop::deliver_early(slot_id to) noexcept {
    envelope_queue others;
    while (envelope* const message = early_.pop()) {
        if (message->to == to.to_word()) {
            handle(message, fate::deliver);
        } else {
            others.push(message);
        }
    }
    while (envelope* const message = others.pop()) {
        early_.push(message);
    }
}

} // namespace iapp
