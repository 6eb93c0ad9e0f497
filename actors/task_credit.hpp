#pragma once
// Credits in tasks: what line.when_available() gives a task to await.

#include <iapp/actors/credit.hpp>
#include <iapp/actors/task_operation.hpp>
#include <iapp/actors/wake_timer.hpp>

#include <system_error>

namespace iapp {

namespace detail {

// Lies in the frame of the task that waits, and waits no more when that ends. The line may move
// meanwhile; its end, which may be the doing of the same actor, is told with the next turn.
class credit_operation final : credit_waiter, wake_timer {
  public:
    explicit credit_operation(credit_line_base& line) noexcept
        : credit_waiter{&told, &line_ended}, wake_timer{&fired}, line_{&line} {}

    bool start(suspended_task who);

    result<void> take() const noexcept { return failure_; }

  private:
    static void told(credit_waiter& self, worker_loop& home) noexcept;
    static void line_ended(credit_waiter& self, worker_loop& home) noexcept;
    static void fired(timer_node& self);

    credit_line_base* line_;
    suspended_task who_;
    std::error_code failure_;
};

} // namespace detail

inline operation<detail::credit_operation> credit_line_base::when_available() noexcept {
    return operation<detail::credit_operation>{std::in_place, *this};
}

} // namespace iapp
