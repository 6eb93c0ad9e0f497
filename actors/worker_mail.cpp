// Mail of a worker: what arrives, what leaves, and what is left at the end.

#include <iapp/actors/worker.hpp>
#include <iapp/mailbox/log.hpp>

#include <algorithm>

namespace iapp {

namespace {

// What one turn takes before timers and I/O have their turn again.
constexpr std::size_t mail_per_turn = 1024;
constexpr std::size_t door_per_turn = 256;
constexpr unsigned local_per_turn = 1024;

} // namespace

// The calls below it are small and there is one for each message: flatten puts them in line.
[[gnu::flatten]] void worker_loop::take_mail() {
    const bool rung = mail_.collect();
    if (rung) {
        deliver_signals();
    }
    mail_.drain_reserved([this](parcel& message) { handle_foreign(message, fate::deliver); });
    mail_.drain(mail_per_turn, [this](parcel& message) { handle(message, fate::deliver); });
    mail_.drain_door(door_per_turn,
                     [this](parcel& message) { handle_foreign(message, fate::deliver); });
    if (rung) {
        mail_.offer_room();
    }
}

[[gnu::flatten]] void worker_loop::run_local() {
    for (unsigned i = 0; i < local_per_turn; ++i) {
        envelope* message = local_.pop();
        if (message == nullptr) {
            return;
        }
        handle(message, fate::deliver);
    }
}

void worker_loop::send_out() {
    mail_.flush(bells::owe);
    mail_.send_home();
    for (std::size_t i = 0; i < room_waiters_.size();) {
        if (mail_.outbox_empty(room_waiters_[i].receiver)) {
            local_.push(room_waiters_[i].message);
            room_waiters_.erase(room_waiters_.begin() + static_cast<std::ptrdiff_t>(i));
        } else {
            ++i;
        }
    }
}

std::size_t worker_loop::room_to(worker_handle receiver) const noexcept {
    if (!handle_.same_system(receiver)) {
        return 0; // nobody knows
    }
    if (receiver != handle_) {
        return mail_.room(receiver.index());
    }
    // when_room() has put its message in beyond the limit, maybe.
    return limits_.local_messages_max - std::min(limits_.local_messages_max, local_.size());
}

void worker_loop::deliver_when_room(worker_handle receiver, envelope* message) {
    ++counters_.sent;
    if (receiver == handle_ || !handle_.same_system(receiver)) {
        local_.push(message);
    } else {
        room_waiters_.push_back({receiver.index(), message});
    }
}

bool worker_loop::deliver(slot_id to, message_key key, void* message, void* reply) noexcept {
    cell* const actor = listening(to);
    if (actor == nullptr) {
        bury(handle_, to.to_word(), *key, dead_letter::stale);
        return false;
    }
    ++counters_.delivered;
    return actor->type.receive(*actor, key, message, reply);
}

cell* worker_loop::listening(slot_id id) noexcept {
    cell* const actor = find(id);
    return actor == nullptr || actor->stopping ? nullptr : actor;
}

bool worker_loop::deliver_wrapped(std::uint64_t to, message_key key, void* message, void* reply,
                                  fate what) noexcept {
    ++counters_.sent;
    if (what != fate::deliver) {
        count_dead(dead_by(what));
        return false;
    }
    return deliver(slot_id::from_word(to), key, message, reply);
}

cell* worker_loop::find(slot_id id) noexcept {
    cell* nobody = nullptr;
    return actors_.find_or(id, nobody);
}

// False: it is for an actor that is not born yet, and is to be kept.
bool worker_loop::dispatch(std::uint64_t to, const message_type& type, void* payload,
                           fate what) noexcept {
    const slot_id whom = slot_id::from_word(to);
    if (type.run != nullptr) {
        if (type.for_actor && what == fate::deliver && unborn(whom)) {
            return false;
        }
        note_running(nullptr, &type.name);
        type.run(this, to, payload, what);
        return true;
    }
    if (what != fate::deliver) {
        count_dead(dead_by(what));
    } else if (cell* const actor = listening(whom)) {
        ++counters_.delivered;
        actor->type.receive(*actor, &type, payload, nullptr);
    } else if (unborn(whom)) {
        return false;
    } else {
        bury(handle_, to, type, dead_letter::stale);
    }
    return true;
}

void worker_loop::handle(envelope* message, fate what) noexcept {
    if (!dispatch(message->to, *message->type, message->payload(), what)) [[unlikely]] {
        keep_early(message);
        return;
    }
    message->destroy_payload();
    mail_.release(message);
}

void worker_loop::handle(parcel& message, fate what) noexcept {
    if (limited_actors_ > 0 && what == fate::deliver && queue_arrival(message)) [[unlikely]] {
        return;
    }
    if (message.type == nullptr) {
        handle(envelope_in(message), what);
    } else {
        if (!dispatch(message.to, *message.type, message.payload(), what)) [[unlikely]] {
            keep_early(home_.wrap(message));
        }
    }
}

// The sender has no counters of its own, so it is counted as sent when it arrives.
void worker_loop::handle_foreign(parcel& message, fate what) noexcept {
    const message_type& type =
        message.type != nullptr ? *message.type : *envelope_in(message)->type;
    counters_.sent += type.run == nullptr ? 1 : 0;
    handle(message, what);
}

bool worker_loop::discard_local() noexcept {
    bool some = !local_.empty() || !room_waiters_.empty() || !early_.empty();
    for (const room_waiter& waiter : room_waiters_) {
        local_.push(waiter.message);
    }
    room_waiters_.clear();
    while (envelope* message = local_.pop()) {
        handle(message, fate::discard);
    }
    while (envelope* message = early_.pop()) {
        handle(message, fate::discard);
    }
    return some;
}

bool worker_loop::discard_mail() noexcept {
    const current_scope scope{*this};
    constexpr std::size_t everything = ~std::size_t{0};
    bool some = discard_local();
    const auto discard = [&](parcel& message) {
        some = true;
        handle(message, fate::discard);
    };
    mail_.collect();
    if (mail_.owes_collect()) {
        mail_.collect(); // the worker ended between a look and the drain that was due
    }
    mail_.drain(everything, discard);
    mail_.drain_door(everything, [&](parcel& message) {
        some = true;
        handle_foreign(message, fate::discard);
    });
    mail_.drain_outboxes([&](unsigned to, parcel& message) {
        some = true;
        peer(worker{to}).discard(message);
    });
    mail_.send_home();
    return some;
}

// It did not get here, but what it names is in this worker's tables and in no other's.
void worker_loop::discard(parcel& message) noexcept {
    const current_scope scope{*this};
    handle(message, fate::discard);
}

bool worker_loop::begin_post(cancel_word& word, fate what) noexcept {
    ++counters_.posted;
    if (!word.claim()) {
        ++counters_.posts_cancelled;
        return false;
    }
    if (what == fate::discard) {
        ++counters_.posts_dropped;
        return false;
    }
    ++counters_.posts_ran;
    return true;
}

void worker_loop::post_failed(std::string_view callback, const char* why) noexcept {
    ++counters_.posts_failed;
    write_log(log_level::error, static_cast<int>(place_.index), "the callback %.*s failed: %s",
              static_cast<int>(callback.size()), callback.data(), why);
}

} // namespace iapp
