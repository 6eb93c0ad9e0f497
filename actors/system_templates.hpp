#pragma once
// The templates of system; included by system.hpp.

#include <iapp/actors/guarded.hpp>
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
            guarded([&] { call.slot->answer(call.f(*static_cast<worker_loop*>(worker))); },
                    [&](const char*) { call.slot->answer(std::nullopt); });
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
        guarded([&] { slot->answer(result_of<R>(reply, why)); },
                [&](const char*) { slot->answer(result<R>{actor_error::unanswered}); });
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
        if (home.asks().exceeds_limit()) {
            home.count_refused();
            home.asks().refuse(ask, actor_error::refused);
        } else if (const slot_id whom = slot_id::from_word(to);
                   home.has_queue(whom) || home.unborn(whom)) {
            // It waits there, as what actors ask.
            guarded(
                [&] {
                    send_request<M>(home, {&home, whom}, ask, std::move(self.message));
                },
                [&](const char*) { home.asks().refuse(ask, actor_error::unanswered); });
        } else {
            asked<M>::hand_over(home, to, self.message, {&home, ask.id}, what);
        }
    }

    M message;
    duration deadline;
    typename asker::slot_type slot;
};

} // namespace detail

template <class M>
inline constexpr bool runs_as_letter<detail::thread_request<M>> = true;

template <class M, class R>
result<R> system::await_reply(worker_handle home, std::uint64_t to, M message, reply_slot<R>& slot,
                              std::chrono::nanoseconds deadline) {
    if (!worker_loop::send(home, to, self_running_type<M>, std::move(message))) {
        return detail::why_refused(home);
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
    return await_reply<detail::worker_call<F, R>, R>(loops_[index]->handle(), 0,
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
                      name = std::string{options.name}, limit = options.mailbox,
                      named](worker_loop& home) mutable {
        if (!home.may_be_named(type_of<A>.name, name)) {
            return slot_id{};
        }
        cell* const made = std::apply(
            [&](auto&... each) { return home.spawn_cell<A>(limit, std::move(each)...); }, given);
        if (made != nullptr && named) {
            home.names().claim(*made, name, std::make_shared<name_verdict>(std::move(named)));
        }
        return made == nullptr ? slot_id{} : made->id;
    };
    const result<slot_id> made = call(where, spawn_deadline, std::move(construct));
    if (!made || !*made ||
        (named && !(driver_.wait(named->answered(), spawn_deadline) && *named->reply()))) {
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

template <class T, class F>
worker_subscription system::subscribe_worker(worker where, const event_queue<T>& to, F callback) {
    static_assert(std::is_invocable_v<F&, const T&>, "a callback takes the event, as const T&");
    at(where); // checked
    if (stopped_) {
        return {};
    }
    // Nothing when the queue is another system's.
    using subscribed = std::pair<queue_hub*, std::uint64_t>;
    auto subscribe = [to, f = std::move(callback)](worker_loop& home) mutable -> subscribed {
        queue_core* const queue = detail::queue_access::core(to, &home);
        if (queue == nullptr) {
            return {};
        }
        queue_subscriber& made = detail::subscribe_callback<T>(home, *queue, std::move(f));
        return {&made.hub, made.number};
    };
    const result<subscribed> made = call(where.index, std::chrono::hours{24}, std::move(subscribe));
    if (!made || made->first == nullptr) {
        return {};
    }
    return {queues().life(), *made->first, made->second};
}

template <class M, class... Ms>
result<detail::reply_of<M>> system::ask(const ref<Ms...>& whom, std::chrono::nanoseconds deadline,
                                        M message) {
    using answer = result<detail::reply_of<M>>;
    if constexpr (detail::check_request<M, Ms...>()) {
        IAPP_CHECK(worker_loop::current() == nullptr, "a worker must not wait for a worker");
        if (!whom || stopped_) {
            return actor_error::unanswered;
        }
        auto slot = std::make_shared<reply_slot<answer>>();
        result<answer> waited = await_reply<detail::thread_request<M>, answer>(
            whom.actor().home, whom.id().to_word(), {std::move(message), deadline, slot}, *slot,
            deadline);
        return waited ? std::move(*waited) : answer{waited.error()};
    } else {
        return answer{actor_error::unanswered};
    }
}

} // namespace iapp
