#pragma once
// How a message leaves: the templates of worker_loop::send(); included by worker.hpp.

#include <iapp/actors/worker.hpp>

#include <cstring>
#include <type_traits>
#include <utility>

namespace iapp {

template <class Payload>
bool worker_loop::send(worker_loop& receiver, std::uint64_t to, const message_type& type,
                       Payload&& payload, delivery how) {
    worker_loop* const here = current();
    if (here == &receiver) {
        return here->send_local(to, type, std::forward<Payload>(payload), how);
    }
    if (here != nullptr && here->same_system(receiver)) {
        return here->send_away(receiver, to, type, std::forward<Payload>(payload), how);
    }
    return send_foreign(receiver, to, type, std::forward<Payload>(payload), how);
}

// Of a thread that is no worker of the receiver's system.
bool worker_loop::send_foreign(worker_loop& receiver, std::uint64_t to, const message_type& type,
                               auto&& payload, delivery how) {
    using Payload = decltype(payload);
    using M = std::remove_cvref_t<Payload>;
    if (how == delivery::reserved) {
        receiver.mail_port().push_reserved(
            make_heap_envelope<M>(to, type, std::forward<Payload>(payload)));
        return true;
    }
    door_message message{};
    if constexpr (travels_by_value<M>) {
        message[0].to = to;
        message[0].type = &type;
        std::memcpy(message[0].payload(), &payload, sizeof(M));
        return receiver.mail_port().push(message);
    } else {
        envelope* made = make_heap_envelope<M>(to, type, std::forward<Payload>(payload));
        put_envelope(message[0], made);
        const bool queued = receiver.mail_port().push(message);
        if (!queued) {
            made->destroy_payload();
            ::operator delete(made);
        }
        return queued;
    }
}

bool worker_loop::send_local(std::uint64_t to, const message_type& type, auto&& payload,
                             delivery how) {
    using Payload = decltype(payload);
    const bool room = local_.size() < limits_.local_messages_max || how == delivery::reserved;
    if (room) {
        local_.push(
            home_.make<std::remove_cvref_t<Payload>>(to, type, std::forward<Payload>(payload)));
    }
    count_outcome(type, room);
    return room;
}

bool worker_loop::send_away(worker_loop& receiver, std::uint64_t to, const message_type& type,
                            auto&& payload, delivery how) {
    using Payload = decltype(payload);
    using M = std::remove_cvref_t<Payload>;
    const unsigned there = receiver.index();
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
    count_outcome(type, room);
    return room;
}

[[gnu::always_inline]] inline void worker_loop::count_outcome(const message_type& type,
                                                              bool taken) noexcept {
    if (type.run == nullptr) {
        ++counters_.sent;
        if (!taken) [[unlikely]] {
            count_dead(dead_letter::refused);
        }
    }
}

} // namespace iapp
