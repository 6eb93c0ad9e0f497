#pragma once
// Asking an actor: a request whose answer, or the reason that there is none, comes back.

#include <iapp/actors/messages.hpp>
#include <iapp/mailbox/slot_table.hpp>
#include <iapp/reactor/result.hpp>

#include <concepts>
#include <type_traits>

namespace iapp {

class worker_loop;

// What cx.ask() returns: a plain value, by which the actor that asked may change its mind. Losing
// it changes nothing: the request goes on until it is answered, its time is up or its actor ends.
// For the actor's worker only.
class ask_handle {
  public:
    // Names nothing.
    ask_handle() noexcept = default;

    // True: the callback is destroyed and will not run; an answer that still comes is discarded.
    // False: it has run, or was cancelled before.
    bool cancel() noexcept;

    // Whether the callback has yet to run.
    bool open() const noexcept;

  private:
    friend class context;

    ask_handle(worker_loop& home, slot_id id) noexcept : home_{&home}, id_{id} {}

    worker_loop* home_ = nullptr;
    slot_id id_;
};

namespace detail {

// What is asked, and whom: the faults by their names. False: there is one, and nothing else is to
// be compiled.
template <class M, class... Ms>
constexpr bool check_request() {
    constexpr bool accepted = messages<Ms...>::template contains<M>;
    static_assert(request<M>, "a request names its reply, as in struct get { using reply = int; }");
    static_assert(accepted, "the actor does not accept this message");
    return request<M> && accepted;
}

struct reply_to_nothing {
    using reply = void;
};

// What an ask for M is answered with. What is no request is named as the fault by check_request(),
// once.
template <class M>
using reply_of = typename std::conditional_t<request<M>, M, reply_to_nothing>::reply;

template <class M, class R>
concept replies_with = !request<M> || std::same_as<typename M::reply, R>;

// What may be called with something.
template <class F>
concept callable = std::is_function_v<std::remove_pointer_t<F>> || requires {
    &F::operator();
};

// What an ask for M calls with the answer. With a type that is no request anything passes that can
// be called, so that the type is named as the fault and not the callback.
template <class F, class M>
concept ask_callback = (!request<M> && callable<F>) ||
                       requires(F& f, result<typename M::reply> answer) {
    f(std::move(answer));
};

// What tells asking by callback from asking by a task.
template <class M, class... Args>
inline constexpr bool begins_with_callback = false;

template <class M, class First, class... Args>
inline constexpr bool begins_with_callback<M, First, Args...> =
    ask_callback<std::decay_t<First>, M>;

// A callback that does not take the answer; nor is it what the message is made of.
template <class M, class... Args>
inline constexpr bool begins_with_wrong_callback = false;

template <class M, class First, class... Args>
inline constexpr bool begins_with_wrong_callback<M, First, Args...> =
    callable<std::decay_t<First>> && !std::is_constructible_v<M, First, Args...> && !requires {
    M{std::declval<First>(), std::declval<Args>()...};
};

} // namespace detail

} // namespace iapp
