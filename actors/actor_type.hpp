#pragma once
// actor_type: all that a worker knows of a class of actors, as plain function pointers.

#include <iapp/actors/cell.hpp>
#include <iapp/actors/messages.hpp>
#include <iapp/actors/signal.hpp>
#include <iapp/reactor/listener.hpp>
#include <iapp/reactor/watch.hpp>

#include <optional>
#include <type_traits>
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

// One of the reactor's handlers; `Parameter` is how it takes the event (bytes&&, drained,
// const closed&).
template <class A, class Parameter>
void on_event(void* owner, Parameter what) {
    using event = std::remove_cvref_t<Parameter>;
    tell<A>(*static_cast<cell*>(owner), event(std::forward<Parameter>(what)));
}

// Null when the actor does not accept the event: then nobody is to be told.
template <class A, class Parameter>
constexpr auto handler_of() -> void (*)(void*, Parameter) {
    if constexpr (accepts_message<A, std::remove_cvref_t<Parameter>>) {
        return &on_event<A, Parameter>;
    } else {
        return nullptr;
    }
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
    .stream = {.on_bytes = detail::handler_of<A, bytes&&>(),
               .on_drained = detail::handler_of<A, drained>(),
               .on_input_ended = detail::handler_of<A, input_ended>(),
               .on_connected = detail::handler_of<A, connected>(),
               .on_closed = detail::handler_of<A, const closed&>()},
    .listener = {.on_accepted = detail::handler_of<A, accepted&&>(),
                 .on_closed = detail::handler_of<A, const closed&>()},
    .watch = {.on_ready = detail::handler_of<A, watched>(),
              .on_closed = detail::handler_of<A, const closed&>()},
    .on_signal = accepts_message<A, signalled> ? &detail::tell_signal<A> : nullptr,
};

} // namespace iapp
