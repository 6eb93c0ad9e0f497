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

// What is asked, and whom: the faults by their names.
template <class M, class... Ms>
constexpr void check_request() {
    static_assert(request<M>, "a request names its reply: using reply = …;");
    static_assert(messages<Ms...>::template contains<M>, "the actor does not accept this message");
}

template <class M, class R>
concept replies_with = !request<M> || std::same_as<typename M::reply, R>;

// What an ask for M calls with the answer. A type that is no request passes, so that it is named
// as the fault and not the callback.
template <class F, class M>
concept ask_callback = !request<M> || requires(F & f, result<typename M::reply> answer) {
    f(std::move(answer));
};

// What tells asking by callback from asking by a task.
template <class M, class... Args>
inline constexpr bool begins_with_callback = false;

template <class M, class First, class... Args>
inline constexpr bool begins_with_callback<M, First, Args...> =
    ask_callback<std::decay_t<First>, M>;

} // namespace detail

} // namespace iapp
