#pragma once
// task: a script of an actor, such as "connect, read a header, relay, close", as a coroutine.

#include <iapp/actors/task_operation.hpp>
#include <iapp/actors/task_parameter.hpp>
#include <iapp/actors/task_promise.hpp>

#include <coroutine>
#include <system_error>
#include <type_traits>
#include <utility>

namespace iapp {

// What a coroutine function returns that awaits things; T is what it returns at its end. It begins
// when it is awaited by another task, or is handed to cx.run(), all(), any() or with_deadline(); an
// exception that it does not catch goes to who awaits it. Destroying a task ends it wherever it is:
// its variables are destroyed, and what it waits for is given up.
//
// Between two co_awaits nothing else of its actor runs, across one anything may. It lives on its
// actor's worker, in that worker's memory.
//
// A function or a member function, not a lambda: the captures of one are not kept by its coroutine.
//
// Its parameters, variables and what it returns are aligned to 16 bytes at most, as frames are.
//
// Three faults of compilers such as GCC 12. They destroy a temporary aggregate in a co_await
// expression twice, and a temporary lambda that captures what has a destructor: a task with such a
// parameter by value is refused, and where one takes a reference, or what a lambda becomes, such as
// a std::function, give it a variable; `co_await store({.name = n})` is wrong, `const entry
// e{.name = n}; co_await store(e);` is right. They do not compile a braced list of elements there
// ("array used as initializer"): make the vector before. And they run the wrong code for a co_await
// inside `?:`, `&&` or `||`: await into a variable before.
template <class T = void>
class [[nodiscard]] task {
  public:
    using promise_type = detail::task_promise_of<T>;

    task(task&& other) noexcept : promise_{std::exchange(other.promise_, nullptr)} {}

    task& operator=(task&& other) noexcept {
        std::swap(promise_, other.promise_);
        return *this;
    }

    ~task() {
        if (promise_ != nullptr) {
            promise_->destroy();
        }
    }

    // Begins the task, and gives what it returns. `co_await f()`, or `co_await std::move(t)`.
    auto operator co_await() && noexcept;
    void operator co_await() & = delete; // std::move(t): a task is awaited once

    // co_await of this gives an iapp::result: a std::system_error from within becomes its error;
    // any other exception goes on.
    auto as_result() && noexcept;

    // For who awaits it by other means: the task is his, who destroys it.
    promise_type* release() && noexcept { return std::exchange(promise_, nullptr); }

  private:
    friend promise_type;

    explicit task(promise_type& promise) noexcept : promise_{&promise} {}

    promise_type* promise_;
};

namespace detail {

inline task<void> task_promise_of<void>::get_return_object(const char* name) noexcept {
    set_name(name);
    return task<void>{*this};
}

// What f() gives, an exception with a std::error_code in it as that error.
template <class F>
auto caught(F&& f) -> result<std::invoke_result_t<F&>> {
    try {
        if constexpr (std::is_void_v<std::invoke_result_t<F&>>) {
            f();
            return {};
        } else {
            return f();
        }
    } catch (const std::system_error& e) {
        return e.code();
    }
}

// Runs one task on behalf of another. That one goes on as part of the end of the first, by
// symmetric transfer. The first is begun by a call, which tells whether it ended without waiting:
// compilers that make no tail calls would heap up the stack in a loop of such tasks.
template <class T>
class await_task final : task_joint {
  public:
    explicit await_task(task<T>&& what) noexcept
        : task_joint{&ended}, promise_{std::move(what).release()} {}

    await_task(await_task&& other) noexcept
        : task_joint{&ended}, promise_{std::exchange(other.promise_, nullptr)} {}

    ~await_task() {
        if (promise_ != nullptr) {
            promise_->destroy();
        }
    }

    bool start(suspended_task who) {
        promise_->begin(*who.root, *this);
        frame_ = who.frame;
        return !promise_->ended();
    }

    T get() { return promise_->take(); }

    result<T> take() {
        return caught([this] { return get(); });
    }

  private:
    static std::coroutine_handle<> ended(task_joint& self, task_promise&) noexcept {
        const std::coroutine_handle<> next = static_cast<await_task&>(self).frame_;
        return next ? next : std::noop_coroutine();
    }

    task_promise_of<T>* promise_;
    std::coroutine_handle<> frame_; // null while the task is being begun
};

} // namespace detail

template <class T>
auto task<T>::operator co_await() && noexcept {
    return operation<detail::await_task<T>>{std::in_place, std::move(*this)};
}

template <class T>
auto task<T>::as_result() && noexcept {
    return operation<detail::await_task<T>>{std::in_place, std::move(*this)}.as_result();
}

} // namespace iapp

template <class T, class... Ps>
struct std::coroutine_traits<iapp::task<T>, Ps...> {
    static_assert((!iapp::detail::is_unsafe_parameter<Ps>() && ...),
                  "a task does not take an aggregate or a lambda that has a destructor by value: "
                  "some compilers destroy such a temporary twice in a co_await expression. Take it "
                  "by const& (cx.run() keeps its arguments), or give it a constructor.");
    static_assert(
        !iapp::detail::begins_with_lambda<Ps...>,
        "a lambda is no task: what it captures is gone when its coroutine goes on. Write a "
        "function or a member function");
    using promise_type = typename iapp::task<T>::promise_type;
};
