#pragma once
// The templates of system; included by system.hpp.

#include <iapp/actors/system.hpp>

#include <tuple>

namespace iapp {

namespace detail {

// A function to run on a worker, and the slot for what it returns.
template <class F, class R>
struct worker_call {
    static void run(void* worker, std::uint64_t, void* payload, fate what) {
        auto& call = *static_cast<worker_call*>(payload);
        if (what == fate::discard) {
            call.slot->answer(std::nullopt);
        } else {
            call.slot->answer(call.f(*static_cast<worker_loop*>(worker)));
        }
    }

    F f;
    std::shared_ptr<reply_slot<R>> slot;
};

// A request to an actor from a thread that is no worker.
template <class M>
struct asked_message {
    using reply_type = typename M::reply;

    static void run(void* worker, std::uint64_t to, void* payload, fate what) {
        auto& home = *static_cast<worker_loop*>(worker);
        auto& asked = *static_cast<asked_message*>(payload);
        home.count_sent();
        std::optional<reply_type> reply;
        if (what == fate::discard) {
            home.count_dead(dead_letter::stopped);
        } else {
            home.deliver(slot_id::from_word(to), key_of<M>(), &asked.message, &reply);
        }
        asked.slot->answer(std::move(reply));
    }

    M message;
    std::shared_ptr<reply_slot<reply_type>> slot;
};

// The type of messages that run themselves by M::run.
template <class M>
inline constexpr message_type self_running_type{
    .name = type_name<M>(), .size_bytes = sizeof(M), .destroy = destroyer_of<M>(), .run = &M::run};

} // namespace detail

template <class M, class R>
result<R> system::await_reply(worker_loop& home, std::uint64_t to, M message, reply_slot<R>& slot,
                              std::chrono::nanoseconds deadline) {
    if (!worker_loop::send(home, to, detail::self_running_type<M>, std::move(message))) {
        return actor_error::refused;
    }
    if (!driver_.wait(slot.answered(), deadline)) {
        return std::errc::timed_out;
    }
    if (!slot.reply()) {
        return actor_error::unanswered;
    }
    return std::move(*slot.reply());
}

template <class F>
auto system::call(unsigned index, std::chrono::nanoseconds deadline, F f)
    -> result<std::invoke_result_t<F&, worker_loop&>> {
    using R = std::invoke_result_t<F&, worker_loop&>;
    IAPP_CHECK(worker_loop::current() == nullptr, "a worker must not wait for a worker");
    auto slot = std::make_shared<reply_slot<R>>();
    return await_reply<detail::worker_call<F, R>, R>(*loops_[index], 0, {std::move(f), slot}, *slot,
                                                     deadline);
}

template <actor A, class... Args>
ref_to<A> system::spawn(spawn_options options, Args&&... args) {
    worker_loop& there = at(options.on);
    if (stopped_) {
        return {};
    }
    auto construct = [given = std::tuple<std::decay_t<Args>...>(std::forward<Args>(args)...)](
                         worker_loop& home) mutable {
        return std::apply([&](auto&... each) { return home.spawn<A>(std::move(each)...); }, given);
    };
    const result<slot_id> made =
        call(options.on.index, std::chrono::hours{24}, std::move(construct));
    return made ? ref_to<A>{&there, *made} : ref_to<A>{};
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
    using reply_type = typename M::reply;
    auto slot = std::make_shared<reply_slot<reply_type>>();
    return await_reply<detail::asked_message<M>, reply_type>(
        *whom.home(), whom.id().to_word(), {std::move(message), slot}, *slot, deadline);
}

} // namespace iapp
