#pragma once
// operation: what a task awaits, once it has been told what to do.

#include <iapp/actors/task_promise.hpp>
#include <iapp/reactor/result.hpp>

#include <concepts>
#include <coroutine>
#include <system_error>
#include <type_traits>
#include <utility>

namespace iapp {

namespace detail {

// Only tasks await operations.
template <class Promise>
concept promise_of_a_task = requires(Promise& of) {
    { of.root() } -> std::same_as<task_root&>;
};

// The value, or the error as an exception.
template <class T>
T unwrap(result<T>&& outcome) {
    if (!outcome) {
        throw std::system_error(outcome.error());
    }
    if constexpr (!std::is_void_v<T>) {
        return std::move(*outcome);
    }
}

// An Op is movable until it starts, and then
//   bool start(suspended_task who)   begins; false: over already, else it resumes `who` once, from
//                                    a later turn, unless it is destroyed before;
//   result<T> take()                 gives what became of it;
//   T get()                          the same, if it has more to throw than an error.
// A constructor and no public members: compilers destroy aggregates in co_await expressions twice.
template <class Op, bool Throws>
class [[nodiscard]] operation_base {
    static_assert(alignof(Op) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__,
                  "what a task asks or is given is aligned to 16 bytes at most");

  public:
    template <class... Args>
    explicit operation_base(std::in_place_t, Args&&... args) : op_(std::forward<Args>(args)...) {}

    bool await_ready() const noexcept { return false; }

    template <promise_of_a_task Promise>
    bool await_suspend(std::coroutine_handle<Promise> at) {
        return op_.start(suspended_task{at});
    }

    auto await_resume() {
        if constexpr (!Throws) {
            return op_.take();
        } else if constexpr (requires { op_.get(); }) {
            return op_.get();
        } else {
            return unwrap(op_.take());
        }
    }

  protected:
    Op op_;
};

} // namespace detail

// `co_await` of it gives the value of a successful operation and throws std::system_error for a
// failed one; nothing happens before it is awaited. It is awaited where it is made: not kept.
template <class Op>
class [[nodiscard]] operation final : public detail::operation_base<Op, true> {
  public:
    using detail::operation_base<Op, true>::operation_base;

    // co_await of this gives an iapp::result instead of throwing.
    detail::operation_base<Op, false> as_result() && {
        return detail::operation_base<Op, false>{std::in_place, std::move(this->op_)};
    }
};

} // namespace iapp
