#pragma once
// How a message leaves: the templates of worker_loop::send(); included by worker.hpp.

#include <iapp/actors/worker.hpp>

#include <cstring>
#include <type_traits>
#include <utility>

namespace iapp {

template <class Payload>
bool worker_loop::send(worker_handle receiver, std::uint64_t to, const message_type& type,
                       Payload&& payload, delivery how) {
    worker_loop* const here = current_;
    if (here != nullptr && here->handle_ == receiver) {
        return here->send_local(to, type, std::forward<Payload>(payload), how);
    }
    if (!receiver) {
        return false;
    }
    if (here != nullptr && here->same_system(receiver)) {
        return here->send_away(receiver.index(), to, type, std::forward<Payload>(payload), how);
    }
    return send_foreign(receiver, to, type, std::forward<Payload>(payload), how);
}

template <class Payload>
void worker_loop::send_urgent(worker_handle receiver, std::uint64_t to, const message_type& type,
                              Payload&& payload) {
    using M = std::remove_cvref_t<Payload>;
    worker_loop* const here = current_;
    if (here != nullptr && here->handle_ == receiver) {
        type.run(here, to, &payload, fate::deliver);
    } else if (here != nullptr && here->same_system(receiver)) {
        receiver->mail_port().push_reserved(
            here->home_.make<M>(to, type, std::forward<Payload>(payload)));
    } else {
        send_foreign(receiver, to, type, std::forward<Payload>(payload), delivery::reserved);
    }
}

// Of a thread that is no worker of the receiver's system.
bool worker_loop::send_foreign(worker_handle receiver, std::uint64_t to, const message_type& type,
                               auto&& payload, delivery how) {
    using Payload = decltype(payload);
    using M = std::remove_cvref_t<Payload>;
    const worker_visit visit{receiver};
    if (visit.worker() == nullptr) {
        detail::letters_after_end.fetch_add(type.run == nullptr ? 1 : 0, std::memory_order_relaxed);
        return false;
    }
    port& there = visit.worker()->mail_port();
    if (how == delivery::reserved) {
        there.push_reserved(make_heap_envelope<M>(to, type, std::forward<Payload>(payload)));
        return true;
    }
    door_message message{};
    if constexpr (travels_by_value<M>) {
        message[0].to = to;
        message[0].type = &type;
        std::memcpy(message[0].payload(), &payload, sizeof(M));
        return there.push(message, type.is_letter);
    } else {
        envelope* made = make_heap_envelope<M>(to, type, std::forward<Payload>(payload));
        put_envelope(message[0], made);
        const bool queued = there.push(message, type.is_letter);
        if (!queued) {
            made->destroy_payload();
            ::operator delete(made);
        }
        return queued;
    }
}

// What most messages need, in the place from where they are sent, where their type is known.
[[gnu::always_inline]] inline bool
worker_loop::send_local(std::uint64_t to, const message_type& type, auto&& payload, delivery how) {
    using Payload = decltype(payload);
    using M = std::remove_cvref_t<Payload>;
    if (limited_actors_ > 0 || local_.size() >= limits_.local_messages_max || !home_.at_hand<M>())
        [[unlikely]] {
        return send_local_slowly(to, type, std::forward<Payload>(payload), how);
    }
    local_.push(home_.make<M>(to, type, std::forward<Payload>(payload)));
    counters_.sent += type.run == nullptr ? 1 : 0;
    return true;
}

[[gnu::noinline]] bool worker_loop::send_local_slowly(std::uint64_t to, const message_type& type,
                                                      auto&& payload, delivery how) {
    using Payload = decltype(payload);
    using M = std::remove_cvref_t<Payload>;
    if (actor_queue* const queue = limited_actors_ > 0 ? queue_of(to, type) : nullptr) {
        const bool taken = !queue->refuses(how);
        count_outcome(index(), to, type, taken);
        if (taken) {
            enqueue(*queue, home_.make<M>(to, type, std::forward<Payload>(payload)), how);
        }
        return taken;
    }
    const bool room = local_.size() < limits_.local_messages_max || how == delivery::reserved;
    if (room) {
        local_.push(home_.make<M>(to, type, std::forward<Payload>(payload)));
    }
    count_outcome(index(), to, type, room);
    return room;
}

bool worker_loop::send_away(unsigned there, std::uint64_t to, const message_type& type,
                            auto&& payload, delivery how) {
    using Payload = decltype(payload);
    using M = std::remove_cvref_t<Payload>;
    bool room = false;
    if constexpr (travels_by_value<M>) {
        room = mail_.send(
            there, parcels_for<M>,
            [&](parcel& message) {
                message.to = to;
                message.type = &type;
                ::new (message.payload()) M{std::forward<Payload>(payload)};
            },
            how);
    } else if (mail_.room(there) > 0 || how == delivery::reserved) {
        envelope* made = home_.make<M>(to, type, std::forward<Payload>(payload));
        room = mail_.send(
            there, 1, [&](parcel& message) { put_envelope(message, made); }, how);
    }
    count_outcome(there, to, type, room);
    return room;
}

template <class Payload>
void worker_loop::keep_until_born(std::uint64_t to, Payload&& payload) {
    using M = std::remove_cvref_t<Payload>;
    keep_early(home_.make<M>(to, self_running_type<M>, std::forward<Payload>(payload)));
}

template <class Payload>
bool worker_loop::queue_behind(slot_id id, const Payload& payload) {
    actor_queue* const queue = has_queue(id) ? find(id)->queue : nullptr;
    if (queue == nullptr || queue->empty()) {
        return false;
    }
    enqueue(*queue, home_.make<Payload>(id.to_word(), self_running_type<Payload>, payload),
            delivery::reserved);
    return true;
}

[[gnu::always_inline]] inline void worker_loop::count_outcome(unsigned there, std::uint64_t to,
                                                              const message_type& type,
                                                              bool taken) noexcept {
    if (type.run == nullptr) {
        ++counters_.sent;
        if (!taken) [[unlikely]] {
            bury_refused(there, to, type);
        }
    }
}

} // namespace iapp
