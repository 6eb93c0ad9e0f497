#pragma once
// with_deadline: a task that may take so long and no longer.

#include <iapp/actors/task.hpp>
#include <iapp/actors/wake_timer.hpp>

#include <system_error>
#include <utility>

namespace iapp {

namespace detail {

// The timer of it, and who waits.
class deadline_base : protected task_joint, wake_timer {
  protected:
    explicit deadline_base(duration time) noexcept
        : task_joint{&ended}, wake_timer{&fired}, time_{time} {}

    deadline_base(deadline_base&&) = default;

    bool begin(suspended_task who, task_promise& what);

    bool late() const noexcept { return late_; }

  private:
    static std::coroutine_handle<> ended(task_joint& self, task_promise& which) noexcept;
    static void fired(timer_node& self);

    duration time_;
    suspended_task who_; // null while the task is being begun
    bool late_ = false;
};

template <class T>
class deadline_operation final : deadline_base {
  public:
    deadline_operation(duration time, task<T>&& what) noexcept
        : deadline_base{time}, promise_{std::move(what).release()} {}

    deadline_operation(deadline_operation&& other) noexcept
        : deadline_base{std::move(other)}, promise_{std::exchange(other.promise_, nullptr)} {}

    ~deadline_operation() { end_task(); }

    bool start(suspended_task who) { return begin(who, *promise_); }

    T get() {
        if (late()) {
            end_task();
            throw std::system_error(std::make_error_code(std::errc::timed_out));
        }
        return promise_->take();
    }

    result<T> take() {
        return caught([this] { return get(); });
    }

  private:
    void end_task() noexcept {
        if (auto* const what = std::exchange(promise_, nullptr)) {
            what->destroy();
        }
    }

    task_promise_of<T>* promise_;
};

} // namespace detail

// `co_await with_deadline(5s, f())` gives what f() returns, if it does so within that time from
// now; else it ends f() where it is and throws std::system_error with timed_out.
template <class T>
operation<detail::deadline_operation<T>> with_deadline(duration time, task<T> what) {
    return operation<detail::deadline_operation<T>>{std::in_place, time, std::move(what)};
}

} // namespace iapp
