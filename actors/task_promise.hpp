#pragma once
// The inside of a task: what its frame holds beside its variables, and how one task awaits others.

#include <iapp/actors/task_frame.hpp>

#include <concepts>
#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace iapp {

template <class T>
class task;

namespace detail {

class task_root;
class task_promise;

// Where a task that awaits something goes on, together with the root that it belongs to.
struct suspended_task {
    suspended_task() noexcept = default;

    template <class Promise>
    explicit suspended_task(std::coroutine_handle<Promise> at) noexcept
        : root{&at.promise().root()}, frame{at} {}

    // Runs the task until it awaits again or ends. Only from within a turn, and never from within a
    // call that the task, or another one of its actor, has made.
    void resume() const noexcept;

    task_root* root = nullptr;
    std::coroutine_handle<> frame;
};

// Whoever has begun tasks and waits for their ends.
class task_joint {
  public:
    // A task has ended; returns what is to run next.
    using ended_function = std::coroutine_handle<> (*)(task_joint& self,
                                                       task_promise& which) noexcept;

    explicit task_joint(ended_function on_end) noexcept : ended{on_end} {}

    const ended_function ended;
};

// Of tasks of any type.
class task_promise {
  public:
    explicit task_promise(std::coroutine_handle<> frame) noexcept : frame_{frame} {}

    task_promise(const task_promise&) = delete;
    task_promise& operator=(const task_promise&) = delete;

    static void* operator new(std::size_t bytes) { return allocate_frame(bytes); }

    static void operator delete(void* frame, std::size_t bytes) noexcept {
        release_frame(frame, bytes);
    }

    std::suspend_always initial_suspend() const noexcept { return {}; }

    auto final_suspend() const noexcept {
        struct awaiter {
            bool await_ready() const noexcept { return false; }

            std::coroutine_handle<> await_suspend(std::coroutine_handle<>) const noexcept {
                return of.joint_->ended(*of.joint_, of);
            }

            void await_resume() const noexcept {}

            task_promise& of;
        };

        return awaiter{const_cast<task_promise&>(*this)};
    }

    void unhandled_exception() noexcept { failure_ = std::current_exception(); }

    // Lets the task run for the first time, as a part of `root`.
    void begin(task_root& root, task_joint& joint) noexcept;

    // Ends it wherever it is; its variables are destroyed, and what it waits for is given up.
    void destroy() noexcept { frame_.destroy(); }

    bool ended() const noexcept { return frame_.done(); }

    task_root& root() const noexcept { return *root_; }

    const std::exception_ptr& failure() const noexcept { return failure_; }

  protected:
    // The function's name, for people.
    void set_name(const char* name) noexcept { name_ = name; }

    void rethrow_failure() const {
        if (failure_) {
            std::rethrow_exception(failure_);
        }
    }

  private:
    std::coroutine_handle<> frame_;
    task_root* root_ = nullptr;
    task_joint* joint_ = nullptr;
    const char* name_ = nullptr;
    std::exception_ptr failure_;
};

template <class T>
class task_promise_of final : public task_promise {
    static_assert(std::is_object_v<T>, "a task returns a value or nothing, not a reference");
    static_assert(alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__,
                  "what a task returns is aligned to 16 bytes at most");

  public:
    task_promise_of() noexcept
        : task_promise{std::coroutine_handle<task_promise_of>::from_promise(*this)} {}

    task<T> get_return_object(const char* name = __builtin_FUNCTION()) noexcept {
        this->set_name(name);
        return task<T>{*this};
    }

    template <std::convertible_to<T> U>
    void return_value(U&& value) {
        value_.emplace(std::forward<U>(value));
    }

    // What it returned, or the exception that ended it.
    T take() {
        rethrow_failure();
        return std::move(*value_);
    }

  private:
    std::optional<T> value_;
};

template <>
class task_promise_of<void> final : public task_promise {
  public:
    task_promise_of() noexcept
        : task_promise{std::coroutine_handle<task_promise_of>::from_promise(*this)} {}

    task<void> get_return_object(const char* name = __builtin_FUNCTION()) noexcept;

    void return_void() const noexcept {}

    void take() const { rethrow_failure(); }
};

} // namespace detail
} // namespace iapp
