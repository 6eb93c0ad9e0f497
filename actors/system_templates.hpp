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

// Sends a message that answers into `slot`, and waits for the answer.
template <class M, class R>
result<R> await_reply(worker_handle home, std::uint64_t to, M message, reply_slot<R>& slot,
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
    return detail::await_reply<detail::worker_call<F, R>, R>(threads_[index]->loop->handle(), 0,
                                                             {std::move(f), slot}, *slot, deadline);
}

template <actor A, class... Args>
ref_to<A> system::spawn(spawn_options options, Args&&... args) {
    const unsigned where = options.on.choose(0, workers(), next_round_);
    worker_loop& there = at(worker{where});
    if (stopped_ || (!options.name.empty() && name_taken(options.name))) {
        return {};
    }
    auto named = options.name.empty() ? nullptr : std::make_shared<reply_slot<bool>>();
    auto construct = [given = std::tuple<std::decay_t<Args>...>(std::forward<Args>(args)...),
                      name = std::string{options.name}, named](worker_loop& home) mutable {
        if (!home.may_be_named(type_of<A>.name, name)) {
            return slot_id{};
        }
        const slot_id made =
            std::apply([&](auto&... each) { return home.spawn<A>(std::move(each)...); }, given);
        if (made && named) {
            home.names().claim(*home.find(made), name,
                               std::make_shared<name_verdict>(std::move(named)));
        }
        return made;
    };
    const result<slot_id> made = call(where, spawn_deadline, std::move(construct));
    if (!made || !*made || (named && !(named->wait(spawn_deadline) && *named->reply()))) {
        return {};
    }
    return {there.handle(), *made};
}

template <class... Ms>
result<ref<Ms...>> system::find(std::string_view name, std::chrono::nanoseconds deadline) {
    if (stopped_) {
        return actor_error::no_such_name;
    }
    const result<result<actor_id>> answer =
        call(0, deadline, [name = std::string{name}](worker_loop& home) {
            return home.names().find(name, detail::keys_of<Ms...>);
        });
    if (!answer || !*answer) {
        return answer ? answer->error() : answer.error();
    }
    return ref<Ms...>{(*answer)->home, (*answer)->slot};
}

template <actor A, class... Args>
std::vector<ref_to<A>> system::spawn_on_each(const Args&... args) {
    std::vector<ref_to<A>> all;
    for (unsigned i = 0; i < workers(); ++i) {
        all.push_back(spawn<A>({.on = worker{i}}, args...));
    }
    return all;
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
    return detail::await_reply<detail::asked_message<M>, reply_type>(
        whom.actor().home, whom.id().to_word(), {std::move(message), slot}, *slot, deadline);
}

} // namespace iapp
