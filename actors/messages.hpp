#pragma once
// Naming messages: the list of what an actor accepts, and keys and names of message types.

#include <iapp/actors/replier.hpp>
#include <iapp/mailbox/message.hpp>

#include <array>
#include <concepts>
#include <string_view>
#include <type_traits>
#include <utility>

namespace iapp {

// An actor's protocol: `using accepts = iapp::messages<get, put>;`. A message is any type that can
// be moved and is aligned to 16 bytes at most, as actors are.
template <class... Ms>
struct messages {
    static_assert((std::same_as<Ms, std::remove_cvref_t<Ms>> && ...),
                  "a message is a plain type, neither const nor a reference");

    template <class M>
    static constexpr bool contains = (std::same_as<M, Ms> || ...);
};

// Tells message types apart at run time.
using message_key = const message_type*;

template <class M>
constexpr message_key key_of() noexcept {
    return &message_type_of<std::remove_cvref_t<M>>;
}

namespace detail {

template <class... Ms>
inline constexpr std::array<message_key, sizeof...(Ms)> keys_of{key_of<Ms>()...};

} // namespace detail

// Whether M is in the list of what A accepts.
template <class A, class M>
inline constexpr bool accepts_message = A::accepts::template contains<M>;

// What an ask for M is answered with: `struct get { using reply = int; };`. A struct that is itself
// called `reply` names nothing by it.
template <class M>
concept request = requires {
    typename M::reply;
}

&&!std::same_as<typename M::reply, M>;

// Whether A answers M later: `void on(M, iapp::replier<…>)`.
template <class A, class M>
concept answers_later = request<M> &&
    requires(A& actor, M&& message, replier<typename M::reply> to) {
    actor.on(std::move(message), std::move(to));
};

// Whether A has an on() for M: one that takes it alone, or with the right to answer it.
template <class A, class M>
concept handles = answers_later<A, M> || requires(A& actor, M&& message) {
    actor.on(std::move(message));
};

// A plain class with a protocol. That it has an on() for every message in it is checked where it is
// spawned, for each of them, so that the error names the one that has none.
template <class A>
concept actor = requires {
    typename A::accepts;
};

} // namespace iapp
