#pragma once
// actor_type: all that a worker knows of a class of actors, as plain function pointers.

#include <iapp/actors/cell.hpp>
#include <iapp/actors/messages.hpp>
#include <iapp/actors/signal.hpp>
#include <iapp/reactor/listener.hpp>
#include <iapp/reactor/watch.hpp>

#include <optional>
#include <tuple>
#include <utility>

namespace iapp {

// One constant for each class of actors.
struct actor_type {
    std::string_view name;
    // Hands a message of that key to the actor; the reply goes into `reply` (a std::optional of the
    // message's reply) unless that is null. False when the actor does not accept it.
    bool (*receive)(cell& self, message_key key, void* message, void* reply);
    void (*destroy)(cell& self) noexcept;
    stream_handlers stream;
    listener_handlers listener;
    watch_handlers watch;
    void (*on_signal)(cell& self, signalled what);
};

// A cell with its actor inside.
template <class A>
struct cell_of final : cell {
    template <class... Args>
    cell_of(worker_loop& home_, slot_id id_, const actor_type& type_, Args&&... args)
        : cell{home_, id_, type_}, actor{construct(cx, std::forward<Args>(args)...)} {}

    // The constructor may ask for the context, as its first parameter, or do without.
    template <class... Args>
    static A construct(context& cx, Args&&... args) {
        if constexpr (std::is_constructible_v<A, context&, Args...>) {
            return A(cx, std::forward<Args>(args)...);
        } else {
            return A(std::forward<Args>(args)...);
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
    handler_scope scope{self, type_name_of<std::remove_cvref_t<M>>};
    scope.run([&] { actor_in<A>(self).on(std::forward<M>(message)); });
}

template <class A, class M>
void on_event(void* owner, M what) {
    tell<A>(*static_cast<cell*>(owner), std::move(what));
}

template <class A, class M>
void on_event_moved(void* owner, M&& what) {
    tell<A>(*static_cast<cell*>(owner), std::move(what));
}

template <class A, class M>
void on_event_shared(void* owner, const M& what) {
    tell<A>(*static_cast<cell*>(owner), M{what});
}

// The function when the actor accepts the message, else null.
template <class A, class M, class F>
constexpr F* if_accepted(F* function) {
    return accepts_message<A, M> ? function : nullptr;
}

template <class A>
constexpr stream_handlers stream_handlers_of() {
    stream_handlers made;
    if constexpr (accepts_message<A, bytes>) {
        made.on_bytes = on_event_moved<A, bytes>;
    }
    if constexpr (accepts_message<A, drained>) {
        made.on_drained = on_event<A, drained>;
    }
    if constexpr (accepts_message<A, input_ended>) {
        made.on_input_ended = on_event<A, input_ended>;
    }
    if constexpr (accepts_message<A, connected>) {
        made.on_connected = on_event<A, connected>;
    }
    if constexpr (accepts_message<A, closed>) {
        made.on_closed = on_event_shared<A, closed>;
    }
    return made;
}

template <class A>
constexpr listener_handlers listener_handlers_of() {
    listener_handlers made;
    if constexpr (accepts_message<A, accepted>) {
        made.on_accepted = on_event_moved<A, accepted>;
    }
    if constexpr (accepts_message<A, closed>) {
        made.on_closed = on_event_shared<A, closed>;
    }
    return made;
}

template <class A>
constexpr watch_handlers watch_handlers_of() {
    watch_handlers made;
    if constexpr (accepts_message<A, watched>) {
        made.on_ready = on_event<A, watched>;
    }
    if constexpr (accepts_message<A, closed>) {
        made.on_closed = on_event_shared<A, closed>;
    }
    return made;
}

template <class A>
void tell_signal(cell& self, signalled what) {
    if constexpr (accepts_message<A, signalled>) {
        tell<A>(self, std::move(what));
    }
}

template <class A, class M>
bool receive_one(cell& self, message_key key, void* message, void* reply) {
    if (key != key_of<M>()) {
        return false;
    }
    handler_scope scope{self, type_name_of<M>};
    scope.run([&] {
        A& to = actor_in<A>(self);
        M& what = *static_cast<M*>(message);
        if constexpr (request<M>) {
            static_assert(
                std::is_convertible_v<decltype(to.on(std::move(what))), typename M::reply>,
                "on() must return the reply that the message names");
            auto answer = to.on(std::move(what));
            if (reply != nullptr) {
                static_cast<std::optional<typename M::reply>*>(reply)->emplace(std::move(answer));
            }
        } else {
            to.on(std::move(what));
        }
    });
    return true;
}

template <class A, class List>
struct receiver;

template <class A, class... Ms>
struct receiver<A, messages<Ms...>> {
    static bool receive([[maybe_unused]] cell& self, [[maybe_unused]] message_key key,
                        [[maybe_unused]] void* message, [[maybe_unused]] void* reply) {
        return (receive_one<A, Ms>(self, key, message, reply) || ...);
    }
};

template <class A>
void destroy_cell(cell& self) noexcept;

} // namespace detail

template <actor A>
inline constexpr actor_type type_of{
    .name = type_name<A>(),
    .receive = &detail::receiver<A, typename A::accepts>::receive,
    .destroy = &detail::destroy_cell<A>,
    .stream = detail::stream_handlers_of<A>(),
    .listener = detail::listener_handlers_of<A>(),
    .watch = detail::watch_handlers_of<A>(),
    .on_signal = accepts_message<A, signalled> ? &detail::tell_signal<A> : nullptr,
};

} // namespace iapp
