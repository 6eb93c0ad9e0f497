#pragma once
// states: an actor that behaves differently from time to time, with a class for each behaviour.

#include <iapp/actors/messages.hpp>
#include <iapp/mailbox/check.hpp>

#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <variant>

namespace iapp {

namespace detail {

template <class State, class M, class Actor>
concept state_handles_with = requires(State& state, M&& message, Actor& self) {
    state.on(std::forward<M>(message), self);
};

template <class State, class M, class Actor>
concept state_handles = state_handles_with<State, M, Actor> || requires(State& state, M&& message) {
    state.on(std::forward<M>(message));
};

template <class Actor, class M>
concept handles_otherwise = requires(Actor& self, M&& message) {
    self.otherwise(std::forward<M>(message));
};

// What a handler of M returns.
template <class M>
struct answer_to {
    using type = void;
};

template <request M>
struct answer_to<M> {
    using type = typename M::reply;
};

} // namespace detail

// The states of an actor, of which it is in one. A state is a plain class with an on(message) or
// on(message, actor&) for what it reacts to; what it holds, timers for instance, lives from its
// begin to its end. The actor hands its messages over with one line:
//
//     template <class M>
//     auto on(M&& m) { return states_.handle(std::forward<M>(m), *this); }
//
// A message for which the present state has no handler goes to the actor's otherwise(message), and
// is ignored where there is none. A message that nobody ever handles does not compile, nor does a
// request that some state leaves unanswered. States are neither copied nor moved. Two of the same
// class in the list are not possible. Belongs to its actor. Example: docs/state-machines.md.
template <class... States>
class states {
  public:
    // In the first state, made from nothing, or in another one.
    states() { slots_[0].template emplace<1>(); }

    template <class State, class... Args>
    explicit states(std::in_place_type_t<State>, Args&&... args) {
        slots_[0].template emplace<State>(std::forward<Args>(args)...);
    }

    states(const states&) = delete;
    states& operator=(const states&) = delete;

    // Makes the next state at once and goes over to it when the present handler has returned; so
    // the state that calls this lives on until then. The last call counts, none if the handler
    // throws. Outside of handlers it goes over at once.
    template <class State, class... Args>
    void become(Args&&... args) {
        decided_ = false;
        other().template emplace<State>(std::forward<Args>(args)...);
        decided_ = true;
        if (running_ == 0) {
            go_over();
        }
    }

    template <class State>
    bool in() const noexcept {
        return std::holds_alternative<State>(slots_[present_]);
    }

    // The present state if it is that one, else null.
    template <class State>
    State* get_if() noexcept {
        return std::get_if<State>(&slots_[present_]);
    }

    template <class M, class Actor>
    auto handle(M&& message, Actor& self) ->
        typename detail::answer_to<std::remove_cvref_t<M>>::type {
        using answer = typename detail::answer_to<std::remove_cvref_t<M>>::type;
        constexpr bool caught = detail::handles_otherwise<Actor, M>;
        static_assert(caught || (detail::state_handles<States, M, Actor> || ...),
                      "no state handles this message, and the actor has no otherwise() for it");
        static_assert(std::is_void_v<answer> || caught ||
                          (detail::state_handles<States, M, Actor> && ...),
                      "some state leaves this request unanswered, and so does the actor: give it "
                      "an otherwise()");
        handler_call call{*this};
        const auto run = [&]<class State>(State& state) -> answer {
            if constexpr (detail::state_handles_with<State, M, Actor>) {
                return state.on(std::forward<M>(message), self);
            } else if constexpr (detail::state_handles<State, M, Actor>) {
                return state.on(std::forward<M>(message));
            } else if constexpr (caught) {
                return self.otherwise(std::forward<M>(message));
            }
        };
        if constexpr (std::is_void_v<answer>) {
            visit<answer>(run);
            call.returned = true;
        } else {
            answer what = visit<answer>(run);
            call.returned = true;
            return what;
        }
    }

  private:
    using slot = std::variant<std::monostate, States...>;

    // The present handler, and what is done when it has returned.
    struct handler_call {
        explicit handler_call(states& of_) noexcept : of{of_} { ++of.running_; }

        ~handler_call() {
            if (--of.running_ == 0 && of.decided_) {
                returned ? of.go_over() : of.stay();
            }
        }

        handler_call(const handler_call&) = delete;
        handler_call& operator=(const handler_call&) = delete;

        states& of;
        bool returned = false;
    };

    template <class Answer, class F>
    Answer visit(const F& run) {
        return std::visit(
            [&]<class State>(State& state) -> Answer {
                if constexpr (std::is_same_v<State, std::monostate>) {
                    check_failed(__FILE__, __LINE__, "present_", "an actor is in some state");
                } else {
                    return run(state);
                }
            },
            slots_[present_]);
    }

    slot& other() noexcept { return slots_[1 - present_]; }

    void go_over() {
        present_ = 1 - present_;
        stay(); // the state before is what ends
    }

    void stay() {
        decided_ = false;
        other().template emplace<std::monostate>();
    }

    std::array<slot, 2> slots_; // the present state and, while a handler runs, the next one
    std::size_t present_ = 0;
    unsigned running_ = 0;
    bool decided_ = false; // the other slot has the next state
};

} // namespace iapp
