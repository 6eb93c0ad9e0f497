#pragma once
// The templates of context, which need the worker's definition.

#include <iapp/actors/event_queue.hpp>
#include <iapp/actors/ref.hpp>

#include <algorithm>
#include <optional>

namespace iapp {

template <class A, class... Args>
auto context::spawn(Args&&... args) -> typename detail::ref_to<A>::type
    requires(!detail::begins_with_options<Args...>) {
    return spawn_here<A>(spawn_options{}, std::forward<Args>(args)...);
}

template <class A, class... Args>
auto context::spawn(spawn_options options, Args&&... args) -> typename detail::ref_to<A>::type {
    worker_loop& home = self_.home;
    const unsigned where = home.choose(options.on);
    if (!options.name.empty() && !home.may_be_named(type_of<A>.name, options.name)) {
        return {};
    }
    if (where != home.index()) {
        const bool child = !options.detached && !self_.ending;
        const actor_id away = home.template spawn_away<A>(where, child ? &self_ : nullptr, options,
                                                          std::forward<Args>(args)...);
        return {away.home, away.slot};
    }
    return spawn_here<A>(options, std::forward<Args>(args)...);
}

// The arguments reach the constructor as they are: references need no std::ref.
template <class A, class... Args>
auto context::spawn_here(const spawn_options& options, Args&&... args) ->
    typename detail::ref_to<A>::type {
    worker_loop& home = self_.home;
    cell* const made = home.template spawn_cell<A>(options.mailbox, std::forward<Args>(args)...);
    if (made == nullptr) {
        return {};
    }
    if (!options.detached && !self_.ending) {
        self_.adopt(*made);
    }
    if (!options.name.empty()) {
        home.names().claim(*made, options.name);
    }
    return {home.handle(), made->id};
}

template <class... Ms>
result<ref<Ms...>> context::find(std::string_view name) const {
    const result<actor_id> found = self_.home.names().find(name, detail::keys_of<Ms...>);
    return found ? result<ref<Ms...>>{ref<Ms...>{found->home, found->slot}} : found.error();
}

template <class A, class... Args>
auto context::spawn_on_each(const Args&... args) -> std::vector<typename detail::ref_to<A>::type> {
    std::vector<typename detail::ref_to<A>::type> all;
    for (unsigned i = 0; i < workers(); ++i) {
        all.push_back(spawn<A>(spawn_options{.on = worker{i}}, args...));
    }
    return all;
}

template <class... Ms>
bool context::stop(const ref<Ms...>& whom) {
    return stop(whom.actor());
}

template <class... Ms>
bool context::stop(const ref<Ms...>& whom, duration deadline) {
    return stop(whom.actor(), deadline);
}

template <class... Ms>
void context::kill(const ref<Ms...>& whom) {
    kill(whom.actor());
}

template <class A>
auto context::self(const A&) const -> typename detail::ref_to<A>::type {
    return {&self_.home, self_.id};
}

namespace detail {

template <class M>
struct timer_record_of final : timer_record {
    timer_record_of(cell& to, duration period, M&& message_)
        : timer_record{&fired, &ended, to, period}, message{std::move(message_)} {}

    static void fired(timer_node& node) {
        auto& self = static_cast<timer_record_of&>(node);
        worker_loop& home = self.owner.home;
        const slot_id owner = self.owner.id;
        std::optional<M> copy;
        {
            handler_scope scope{self.owner, message_type_of<M>};
            scope.run([&] {
                if constexpr (std::is_copy_constructible_v<M>) {
                    copy.emplace(self.message);
                } else {
                    copy.emplace(std::move(self.message)); // of after(), sent once
                }
            });
        }
        if (!copy) {
            return; // the actor is gone, and its timers with it
        }
        if (self.every > duration::zero()) {
            home.io().timers().arm(self, deadline_after(self.deadline(), self.every));
        }
        home.count_sent();
        home.deliver(owner, key_of<M>(), &*copy, nullptr); // the record may be gone now
    }

    static void ended(timer_record* self, memory_pool& from) {
        from.destroy(static_cast<timer_record_of*>(self));
    }

    M message;
};

} // namespace detail

template <class M>
timer context::after(duration delay, M message) {
    IAPP_CHECK(self_.type.accepts(key_of<M>()), "the actor must accept the message of its timer");
    return start_timer(self_.home.memory().template make<detail::timer_record_of<M>>(
                           self_, duration::zero(), std::move(message)),
                       delay);
}

template <class M>
timer context::every(duration period, M message) {
    static_assert(std::is_copy_constructible_v<M>,
                  "what is sent again and again is copied each time");
    IAPP_CHECK(self_.type.accepts(key_of<M>()), "the actor must accept the message of its timer");
    IAPP_CHECK(period > duration::zero(), "a period is longer than nothing");
    return start_timer(self_.home.memory().template make<detail::timer_record_of<M>>(
                           self_, period, std::move(message)),
                       period);
}

template <class M, class... Ms, class F, class... Args>

requires detail::ask_callback<F, M>
    ask_handle context::ask(const ref<Ms...>& whom, duration deadline, F callback, Args&&... args) {
    if constexpr (detail::check_request<M, Ms...>()) {
        using asker = detail::callback_asker<M, F>;
        worker_loop& home = self_.home;
        M message = detail::make_message<M>(std::forward<Args>(args)...);
        open_ask& ask = asker::open(self_, deadline_after(now(), deadline),
                                    asker::held(home, std::move(callback)));
        try {
            detail::send_request<M>(home, whom.actor(), ask, std::move(message));
        } catch (...) { // the message cannot be moved: nothing was asked
            home.asks().cancel(ask.id);
            throw;
        }
        return {home, ask.id};
    } else {
        return {};
    }
}

template <class M, class... Ms, class R>
bool context::forward(const ref<Ms...>& to, M message, replier<R> reply) {
    detail::check_request<M, Ms...>();
    static_assert(detail::replies_with<M, R>, "the message names another reply than the replier");
    if (!to) {
        return false; // and the replier's end says unanswered
    }
    if (!reply) {
        return to.send(std::move(message));
    }
    if (!detail::send_asked<M>(self_.home, to.actor(), {reply.asker_, std::move(message)})) {
        reply.fail(actor_error::refused);
        return false;
    }
    reply.asker_ = {};
    return true;
}

template <class F>
post_handle context::post(worker to, F callback) {
    return iapp::post(self_.home.peer(to), std::move(callback));
}

template <class F>
post_handle context::post_after(worker to, duration delay, F callback) {
    return iapp::post_after(self_.home.peer(to), delay, std::move(callback));
}

template <class... Ms>
std::size_t context::room(const ref<Ms...>& to) const {
    constexpr std::size_t parcels = std::max({std::size_t{1}, parcels_for<Ms>...});
    return to ? self_.home.room_to(to.actor().home) / parcels : 0;
}

template <class M, class... Ms>
void context::when_room(const ref<Ms...>& to, M message) {
    IAPP_CHECK(to, "a ref that names somebody");
    IAPP_CHECK(self_.type.accepts(key_of<M>()), "the actor must accept what tells it of room");
    worker_loop& home = self_.home;
    home.deliver_when_room(to.actor().home,
                           home.message_memory().template make<M>(
                               self_.id.to_word(), message_type_of<M>, std::move(message)));
}

template <class... Ms>
credit_line<Ms...> context::credit(const ref<Ms...>& to, std::uint32_t n) {
    const slot_id account = to ? self_.home.credits().open(n) : slot_id{};
    return account ? credit_line<Ms...>{self_.home, account, to.actor()} : credit_line<Ms...>{};
}

template <class... Ms>
template <class M>
void credit_line<Ms...>::when_available(context& owner, M message) {
    credit_account* const mine = account();
    IAPP_CHECK(mine != nullptr, "a line that leads to somebody");
    IAPP_CHECK(owner.self_.type.accepts(key_of<M>()),
               "the actor must accept what tells it of credits");
    IAPP_CHECK(!std::exchange(mine->asked, true), "it has asked, and was not told yet");
    wait(*home_->memory().template make<detail::message_waiter<M>>(account_, owner.self_.id,
                                                                   std::move(message)));
}

} // namespace iapp
