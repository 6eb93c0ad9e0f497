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

// A thread that waits for an answer.
template <class R>
struct thread_asker {
    using slot_type = std::shared_ptr<reply_slot<result<R>>>;

    static_assert(sizeof(slot_type) <= open_ask::held_bytes);

    static void complete(open_ask& ask, void* reply, const std::error_code* why) noexcept {
        const slot_type slot{std::move(ask.template holding<slot_type>())};
        drop(ask);
        ask.close();
        slot->answer(result_of<R>(reply, why));
    }

    static void drop(open_ask& ask) noexcept { ask.template holding<slot_type>().~slot_type(); }

    static constexpr asker_type type{.complete = &complete, .drop = &drop};
};

// A request from a thread that is no worker: the worker of the actor asks for it.
template <class M>
struct thread_request {
    using asker = thread_asker<typename M::reply>;

    static void run(void* worker, std::uint64_t to, void* payload, fate what) {
        auto& home = *static_cast<worker_loop*>(worker);
        auto& self = *static_cast<thread_request*>(payload);
        if (what == fate::discard) {
            home.deliver_wrapped(to, key_of<M>(), &self.message, nullptr, what);
            self.slot->answer(result<typename M::reply>{actor_error::unanswered});
            return;
        }
        open_ask& ask =
            home.asks().open(asker::type, nullptr, deadline_after(home.io().now(), self.deadline));
        ::new (static_cast<void*>(ask.held)) typename asker::slot_type{std::move(self.slot)};
        const actor_id whom{&home, slot_id::from_word(to)};
        if (home.asks().exceeds_limit() || home.has_queue(whom.slot)) {
            send_request<M>(home, whom, ask, std::move(self.message));
        } else {
            asked<M> request{{&home, ask.id}, std::move(self.message)};
            asked<M>::run(worker, to, &request, what);
        }
    }

    M message;
    duration deadline;
    typename asker::slot_type slot;
};

// Sends a message that answers into `slot`, and waits for the answer.
template <class M, class R>
result<R> await_reply(worker_loop& home, std::uint64_t to, M message, reply_slot<R>& slot,
                      std::chrono::nanoseconds deadline) {
    if (!worker_loop::send(home, to, self_running_type<M>, std::move(message))) {
        return actor_error::refused;
    }
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
    IAPP_CHECK(worker_loop::current() == nullptr, "a worker must not wait for a worker");
    auto slot = std::make_shared<reply_slot<R>>();
    return detail::await_reply<detail::worker_call<F, R>, R>(*threads_[index]->loop, 0,
                                                             {std::move(f), slot}, *slot, deadline);
}

template <actor A, class... Args>
ref_to<A> system::spawn(spawn_options options, Args&&... args) {
    worker_loop& there = at(options.on);
    if (stopped_) {
        return {};
    }
    auto construct = [given = std::tuple<std::decay_t<Args>...>(std::forward<Args>(args)...),
                      limit = options.mailbox](worker_loop& home) mutable {
        const slot_id made =
            std::apply([&](auto&... each) { return home.spawn<A>(std::move(each)...); }, given);
        home.limit_mailbox(made, limit);
        return made;
    };
    const result<slot_id> made =
        call(options.on.index, std::chrono::hours{24}, std::move(construct));
    return made ? ref_to<A>{&there, *made} : ref_to<A>{};
}

template <class M, class... Ms>
result<typename M::reply> system::ask(const ref<Ms...>& whom, std::chrono::nanoseconds deadline,
                                      M message) {
    detail::check_request<M, Ms...>();
    IAPP_CHECK(worker_loop::current() == nullptr, "a worker must not wait for a worker");
    if (!whom || stopped_) {
        return actor_error::unanswered;
    }
    using answer = result<typename M::reply>;
    auto slot = std::make_shared<reply_slot<answer>>();
    result<answer> waited = detail::await_reply<detail::thread_request<M>, answer>(
        *whom.home(), whom.id().to_word(), {std::move(message), deadline, slot}, *slot, deadline);
    return waited ? std::move(*waited) : answer{waited.error()};
}

} // namespace iapp
