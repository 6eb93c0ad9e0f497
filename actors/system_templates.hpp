#pragma once
// The templates of system; included by system.hpp.

#include <iapp/actors/system.hpp>

#include <tuple>

namespace iapp {

namespace detail {

// A function to run on a worker, and the slot for what it returns.
template <class F, class R>
struct worker_call final : envelope {
    worker_call(F f_, std::shared_ptr<reply_slot<R>> slot_)
        : envelope{&handle_call}, f{std::move(f_)}, slot{std::move(slot_)} {}

    static bool handle_call(envelope* self, void* worker, fate what) {
        const std::unique_ptr<worker_call> call{static_cast<worker_call*>(self)};
        if (what == fate::discard) {
            call->slot->answer(std::nullopt);
            return false;
        }
        call->slot->answer(call->f(*static_cast<worker_loop*>(worker)));
        return true;
    }

    F f;
    std::shared_ptr<reply_slot<R>> slot;
};

// A request to an actor from a thread that is no worker.
template <class M>
struct asked_message final : envelope {
    using reply_type = typename M::reply;

    asked_message(slot_id to_, M&& payload_, std::shared_ptr<reply_slot<reply_type>> slot_)
        : envelope{&handle_asked}, to{to_}, payload{std::move(payload_)}, slot{std::move(slot_)} {}

    static bool handle_asked(envelope* self, void* worker, fate what) {
        auto& home = *static_cast<worker_loop*>(worker);
        const std::unique_ptr<asked_message> message{static_cast<asked_message*>(self)};
        home.count_sent();
        std::optional<reply_type> reply;
        bool delivered = false;
        if (what == fate::discard) {
            home.count_dead(dead_letter::stopped);
        } else {
            delivered = home.deliver(message->to, key_of<M>(), &message->payload, &reply);
        }
        message->slot->answer(std::move(reply));
        return delivered;
    }

    slot_id to;
    M payload;
    std::shared_ptr<reply_slot<reply_type>> slot;
};

// Pushes a message that answers into `slot`, and waits for the answer.
template <class R>
result<R> await_reply(port& mail, std::unique_ptr<envelope, void (*)(envelope*)> message,
                      reply_slot<R>& slot, std::chrono::nanoseconds deadline) {
    if (!mail.push(message.get())) {
        return actor_error::refused;
    }
    message.release();
    if (!slot.wait(deadline)) {
        return std::errc::timed_out;
    }
    if (!slot.reply()) {
        return actor_error::unanswered;
    }
    return std::move(*slot.reply());
}

} // namespace detail

template <class F>
auto system::call(unsigned index, std::chrono::nanoseconds deadline, F f)
    -> result<std::invoke_result_t<F&, worker_loop&>> {
    using R = std::invoke_result_t<F&, worker_loop&>;
    using message = detail::worker_call<F, R>;
    IAPP_CHECK(worker_loop::current() == nullptr, "a worker must not wait for a worker");
    auto slot = std::make_shared<reply_slot<R>>();
    const auto drop = [](envelope* unsent) { delete static_cast<message*>(unsent); };
    return detail::await_reply<R>(threads_[index]->loop->mail(),
                                  {new message(std::move(f), slot), drop}, *slot, deadline);
}

template <actor A, class... Args>
ref_to<A> system::spawn(spawn_options options, Args&&... args) {
    IAPP_CHECK(options.on.index < workers(), "the system has no such worker");
    if (stopped_) {
        return {};
    }
    auto construct = [given = std::tuple<std::decay_t<Args>...>(std::forward<Args>(args)...)](
                         worker_loop& home) mutable {
        return std::apply([&](auto&... each) { return home.spawn<A>(std::move(each)...); }, given);
    };
    const result<slot_id> made =
        call(options.on.index, std::chrono::hours{24}, std::move(construct));
    return made ? ref_to<A>{threads_[options.on.index]->loop.get(), *made} : ref_to<A>{};
}

template <class M, class... Ms>
result<typename M::reply> system::ask(const ref<Ms...>& whom, std::chrono::nanoseconds deadline,
                                      M message) {
    static_assert(request<M>, "a request names its reply: using reply = …;");
    static_assert(messages<Ms...>::template contains<M>, "the actor does not accept this message");
    IAPP_CHECK(worker_loop::current() == nullptr, "a worker must not wait for a worker");
    if (!whom || stopped_) {
        return actor_error::unanswered;
    }
    using asked = detail::asked_message<M>;
    auto slot = std::make_shared<reply_slot<typename M::reply>>();
    const auto drop = [](envelope* unsent) { delete static_cast<asked*>(unsent); };
    return detail::await_reply<typename M::reply>(
        whom.home()->mail(), {new asked(whom.id(), std::move(message), slot), drop}, *slot,
        deadline);
}

} // namespace iapp
