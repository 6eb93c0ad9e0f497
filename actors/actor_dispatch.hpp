#pragma once
// What the compiler writes for a class of actors: how a message finds its handler, and how one is
// made. Included by worker.hpp.

#include <iapp/actors/handler_scope.hpp>
#include <iapp/actors/replier.hpp>
#include <iapp/actors/worker.hpp>

#include <iterator>
#include <optional>
#include <system_error>
#include <type_traits>
#include <utility>

namespace iapp {

// A cell with its actor inside.
template <class A>
struct cell_of final : cell {
    // The constructor may ask for the context, as its first parameter, or do without. The actor is
    // made in its place and not returned from a function, which could copy a small one: then what
    // its constructor says of `this` would be wrong.
    template <class... Args>

    requires std::is_constructible_v<A, context&, Args...>

    explicit cell_of(const cell_place& place, Args&&... args)
        : cell{place}, actor(cx, std::forward<Args>(args)...) {
        init();
    }

    template <class... Args>
    explicit cell_of(const cell_place& place, Args&&... args)
        : cell{place}, actor(std::forward<Args>(args)...) {
        init();
    }

    void init() {
        if constexpr (requires { actor.init(); }) {
            static_assert(std::is_same_v<decltype(actor.init()), result<void>>,
                          "init() returns iapp::result<void>");
            if (const result<void> ready = actor.init(); !ready) {
                throw std::system_error{ready.error(), "init()"};
            }
        }
    }

    A actor;
};

namespace detail {

template <class A>
A& actor_in(cell& self) noexcept {
    return static_cast<cell_of<A>&>(self).actor;
}

// Runs on(message) of an actor that may throw, fail and end meanwhile.
template <class A, class M>
void tell(cell& self, M&& message) {
    handler_scope scope{self, message_type_of<std::remove_cvref_t<M>>};
    scope.run([&] { actor_in<A>(self).on(std::forward<M>(message)); });
}

// One of the reactor's handlers; `Parameter` is how it takes the event (bytes&&, drained,
// const closed&).
template <class A, class Parameter>
void on_event(void* owner, Parameter what) {
    cell& self = *static_cast<cell*>(owner);
    if constexpr (std::is_const_v<std::remove_reference_t<Parameter>>) {
        tell<A>(self, std::remove_cvref_t<Parameter>(what));
    } else {
        tell<A>(self, std::move(what));
    }
}

// Null when the actor does not accept the event: then nobody is to be told.
template <class A, class Parameter>
constexpr auto handler_of() -> void (*)(void*, Parameter) {
    using M = std::remove_cvref_t<Parameter>;
    // One after the other: an on() that takes everything may not compile for what is not accepted.
    if constexpr (!accepts_message<A, M>) {
        return nullptr;
    } else if constexpr (handles<A, M>) { // else handler_check says it
        return &on_event<A, Parameter>;
    } else {
        return nullptr;
    }
}

template <class A>
void tell_signal(cell& self, signalled what) {
    if constexpr (handles<A, signalled>) {
        tell<A>(self, std::move(what));
    }
}

template <class A>
constexpr auto signal_handler_of() -> void (*)(cell&, signalled) {
    if constexpr (accepts_message<A, signalled>) {
        return &tell_signal<A>;
    } else {
        return nullptr;
    }
}

// Whether what on() does with an M that it has a handler for becomes the answer.
template <class A, class M>
constexpr bool is_answered() noexcept {
    if constexpr (!request<M> || answers_later<A, M>) {
        return true;
    } else {
        using reply_type = typename M::reply;
        using returned = decltype(std::declval<A&>().on(std::declval<M>()));
        return std::is_void_v<reply_type> || std::is_convertible_v<returned, reply_type>;
    }
}

// What is wrong with an actor's handler, in one sentence; nothing else is compiled then.
template <class A, class M>
constexpr bool handler_check() noexcept {
    if constexpr (!handles<A, M>) {
        static_assert(handles<A, M>, "an actor needs a public on() for each message that it "
                                     "accepts, which takes it by value or as const&");
        return false;
    } else {
        static_assert(is_answered<A, M>(), "on() must return the reply that the message names, or "
                                           "take a replier of it");
        return is_answered<A, M>();
    }
}

// Handles a request; `reply` is null when it was sent and not asked.
template <class A, class M>
void handle_request(A& to, M& what, replier<typename M::reply>* reply) {
    using reply_type = typename M::reply;
    if constexpr (answers_later<A, M>) {
        to.on(std::move(what), reply != nullptr ? std::move(*reply) : replier<reply_type>{});
    } else if constexpr (std::is_void_v<reply_type>) {
        to.on(std::move(what));
        if (reply != nullptr) {
            reply->answer();
        }
    } else {
        auto answer = to.on(std::move(what));
        if (reply != nullptr) {
            reply->answer(std::move(answer));
        }
    }
}

template <class A, class M>
void handle(A& to, M& what, [[maybe_unused]] void* reply) {
    if constexpr (request<M>) {
        handle_request<A, M>(to, what, static_cast<replier<typename M::reply>*>(reply));
    } else {
        to.on(std::move(what));
    }
}

template <class A, class M>
bool receive_one(cell& self, message_key key, void* message, void* reply) {
    if (key != key_of<M>()) {
        return false;
    }
    handler_scope scope{self, message_type_of<M>};
    scope.call([&] { // what stops hears nothing: see worker_loop::listening()
        if constexpr (handler_check<A, M>()) {
            handle<A, M>(actor_in<A>(self), *static_cast<M*>(message), reply);
        }
    });
    return true;
}

template <class A, class List>
struct receiver;

template <class A, class... Ms>
struct receiver<A, messages<Ms...>> {
    static constexpr auto& keys = keys_of<Ms...>;

    static bool receive([[maybe_unused]] cell& self, [[maybe_unused]] message_key key,
                        [[maybe_unused]] void* message, [[maybe_unused]] void* reply) {
        return (receive_one<A, Ms>(self, key, message, reply) || ...);
    }
};

template <class A>
void destroy_cell(cell& self) noexcept {
    self.home.memory().destroy(&static_cast<cell_of<A>&>(self));
}

} // namespace detail

template <actor A>
inline constexpr actor_type type_of{
    .name = type_name<A>(),
    .accepted = detail::receiver<A, typename A::accepts>::keys,
    .receive = &detail::receiver<A, typename A::accepts>::receive,
    .destroy = &detail::destroy_cell<A>,
    .stream = {.on_bytes = detail::handler_of<A, bytes&&>(),
               .on_drained = detail::handler_of<A, drained>(),
               .on_input_ended = detail::handler_of<A, input_ended>(),
               .on_connected = detail::handler_of<A, connected>(),
               .on_closed = detail::handler_of<A, const closed&>()},
    .listener = {.on_accepted = detail::handler_of<A, accepted&&>(),
                 .on_closed = detail::handler_of<A, const closed&>()},
    .watch = {.on_ready = detail::handler_of<A, watched>(),
              .on_closed = detail::handler_of<A, const closed&>()},
    .on_signal = detail::signal_handler_of<A>(),
};

template <actor A, class... Args>
slot_id worker_loop::spawn(Args&&... args) {
    const cell* const made = spawn_cell<A>(mailbox_options{}, std::forward<Args>(args)...);
    return made == nullptr ? slot_id{} : made->id;
}

template <actor A, class... Args>
cell* worker_loop::spawn_cell(const mailbox_options& mailbox, Args&&... args) {
    slot_id id;
    cell** const entry = actors_.create(id, nullptr);
    if (entry == nullptr) {
        ++counters_.actors_refused;
        return nullptr;
    }
    return construct<A>(id, *entry, mailbox, std::forward<Args>(args)...);
}

template <actor A, class... Args>
cell* worker_loop::construct(slot_id id, cell*& entry, const mailbox_options& mailbox,
                             Args&&... args) {
    // Its place is before the children that its constructor spawns.
    cell* const elder = in_order_.empty() ? nullptr : &in_order_.back();
    actor_queue* queue = nullptr;
    cell* done = nullptr;
    const auto make = [&] {
        queue = begin_queue(mailbox);
        auto* made = memory_.make<cell_of<A>>(cell_place{entry, *this, id, type_of<A>, queue},
                                              std::forward<Args>(args)...);
        in_order_.insert(
            elder == nullptr ? in_order_.begin() : std::next(in_order_.iterator_to(*elder)), *made);
        ++counters_.actors_spawned;
        done = made;
    };
    guarded(make, [&](const char* why) {
        report_failed_construction(type_of<A>.name, why);
        actors_.destroy(id);
        end_queue(queue, id, exit_reason::failed);
    });
    return done;
}

} // namespace iapp
