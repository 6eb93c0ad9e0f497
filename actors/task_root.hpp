#pragma once
// task_root: what cx.run() makes, a task that belongs to an actor.

#include <iapp/actors/attachment.hpp>
#include <iapp/actors/cell.hpp>
#include <iapp/actors/context_templates.hpp>
#include <iapp/actors/task.hpp>
#include <iapp/reactor/timer_wheel.hpp>

#include <coroutine>
#include <exception>
#include <functional>
#include <type_traits>

namespace iapp::detail {

// The promise of the outermost frame, in which the arguments are kept. Starts with the turn after
// its making; attached to its actor until it has ended.
class task_root : public attachment, public timer_node {
  public:
    task_root(cell& owner, const message_type& type, std::coroutine_handle<> frame) noexcept;
    ~task_root();

    // Runs what awaits in `frame`, a part of this task, as a handler of the actor would run.
    void resume(std::coroutine_handle<> frame) noexcept;

    cell& owner() const noexcept { return owner_; }

    worker_loop& home() const noexcept { return owner_.home; }

    // For reports: the function that was given to cx.run().
    void set_name(const char* name) noexcept { name_ = name_ == nullptr ? name : name_; }

    // Of the promise.
    task_root& root() noexcept { return *this; }

    // With what the coroutine was called with; its worker may not be the current one.
    template <class... Args>
    static void* operator new(std::size_t bytes, cell& owner, Args&&...) {
        return allocate_frame(owner.home, bytes);
    }

    static void operator delete(void* frame, std::size_t bytes) noexcept {
        release_frame(frame, bytes);
    }

    std::suspend_always initial_suspend() const noexcept { return {}; }

    std::suspend_always final_suspend() const noexcept { return {}; }

    void return_void() const noexcept {}

    void unhandled_exception() noexcept { failure_ = std::current_exception(); }

  private:
    void finish();
    static void fail(cell& owner, const std::exception_ptr& failure, const char* name) noexcept;

    cell& owner_;
    const message_type& type_; // says what runs
    std::coroutine_handle<> frame_;
    const char* name_ = nullptr;
    std::exception_ptr failure_;
};

template <class F>
struct root_task {
    struct promise_type final : task_root {
        template <class... Args>
        explicit promise_type(cell& owner, Args&&...) noexcept
            : task_root{owner, message_type_of<F>,
                        std::coroutine_handle<promise_type>::from_promise(*this)} {}

        root_task get_return_object() const noexcept { return {}; }
    };
};

// GCC 12 takes the operator new above, which sees the coroutine's arguments, for a placement new.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

template <class F, class... Args>
root_task<F> run_task(cell&, F function, Args... args) {
    co_await std::invoke(function, std::move(args)...);
}

#pragma GCC diagnostic pop

template <class F>
inline constexpr bool names_a_function = std::is_member_function_pointer_v<F> ||
                                         (std::is_pointer_v<F> &&
                                          std::is_function_v<std::remove_pointer_t<F>>);

template <class F, class... Args>
constexpr bool starts_a_task() noexcept {
    if constexpr (!names_a_function<F>) {
        static_assert(names_a_function<F>,
                      "cx.run() takes a function or a member function: what a lambda captures is "
                      "gone when its coroutine goes on");
        return false;
    } else if constexpr (!std::is_invocable_v<F, Args...>) {
        static_assert(std::is_invocable_v<F, Args...>,
                      "the function does not take these arguments; cx.run() keeps copies and hands "
                      "them over as std::thread does (std::ref(x) for a reference)");
        return false;
    } else {
        constexpr bool returns_task = std::is_same_v<std::invoke_result_t<F, Args...>, task<>>;
        static_assert(returns_task, "cx.run() starts a function that returns iapp::task<>");
        return returns_task;
    }
}

} // namespace iapp::detail

namespace iapp {

template <class F, class... Args>
bool context::run(F function, Args&&... args) {
    if constexpr (detail::starts_a_task<F, std::decay_t<Args>...>()) {
        if (!self_.home.admit_task(self_)) {
            return false;
        }
        detail::run_task<F, std::decay_t<Args>...>(self_, function, std::forward<Args>(args)...);
    }
    return true;
}

} // namespace iapp
