// Queues of actors whose mailboxes have a limit.

#include <iapp/actors/actor_queue.hpp>
#include <iapp/actors/worker.hpp>

#include <cstring>

namespace iapp {

namespace {

// Gives the actor that `to` names its turn.
constexpr message_type queue_turn{.name = "a turn of an actor",
                                  .size_bytes = 0,
                                  .destroy = nullptr,
                                  .run = [](void* worker, std::uint64_t to, void*, fate) {
                                      static_cast<worker_loop*>(worker)->run_queue(
                                          slot_id::from_word(to));
                                  }};

} // namespace

actor_queue* worker_loop::begin_queue(const mailbox_options& options) {
    if (options.limit == 0) {
        return nullptr;
    }
    auto* const queue = memory_.make<actor_queue>(options);
    ++limited_actors_;
    return queue;
}

bool worker_loop::has_queue(slot_id id) noexcept {
    const cell* const actor = limited_actors_ > 0 ? find(id) : nullptr;
    return actor != nullptr && actor->queue != nullptr;
}

actor_queue* worker_loop::queue_of(std::uint64_t to, const message_type& type) noexcept {
    cell* const actor = type.for_actor ? find(slot_id::from_word(to)) : nullptr;
    return actor == nullptr ? nullptr : actor->queue;
}

void worker_loop::enqueue(actor_queue& queue, envelope* message, delivery how) {
    const std::uint64_t to = message->to;
    if (queue.full(how)) {
        switch (queue.when_full()) {
        case overflow::refuse:
            handle(message, fate::refuse);
            return;
        case overflow::drop_newest:
            handle(message, fate::drop);
            return;
        case overflow::drop_oldest: {
            envelope* const oldest = queue.pop_limited();
            oldest->to = to;
            handle(oldest, fate::drop);
            break;
        }
        }
    }
    queue.push(message, how);
    schedule(queue, to);
}

void worker_loop::schedule(actor_queue& queue, std::uint64_t to) {
    if (!queue.scheduled) {
        queue.scheduled = true;
        local_.push(home_.make_bare(to, queue_turn));
    }
}

bool worker_loop::queue_arrival(parcel& message) {
    envelope* const large = message.type == nullptr ? envelope_in(message) : nullptr;
    const message_type& type = large == nullptr ? *message.type : *large->type;
    actor_queue* const queue = queue_of(message.to, type);
    if (queue == nullptr || queue->empty()) {
        return false;
    }
    envelope* const arrived = large != nullptr ? large : home_.make_bare(message.to, type);
    if (large == nullptr) {
        std::memcpy(arrived->payload(), message.payload(), type.size_bytes);
    }
    enqueue(*queue, arrived, type.how);
    return true;
}

void worker_loop::run_queue(slot_id id) noexcept {
    cell* const actor = find(id);
    if (actor == nullptr) {
        return; // its queue has ended with it
    }
    actor_queue& queue = *actor->queue;
    envelope* const message = queue.pop();
    queue.scheduled = false;
    if (!queue.empty()) {
        schedule(queue, id.to_word());
    }
    message->to = id.to_word();
    handle(message, fate::deliver);
}

// When its actor is no longer to be found.
void worker_loop::end_queue(actor_queue* queue, slot_id id, exit_reason why) noexcept {
    if (queue == nullptr) {
        return;
    }
    --limited_actors_;
    while (envelope* message = queue->pop()) {
        message->to = id.to_word();
        handle(message, why == exit_reason::worker_stopping ? fate::discard : fate::deliver);
    }
    memory_.destroy(queue);
}

} // namespace iapp
