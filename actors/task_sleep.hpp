#pragma once
// What cx.sleep() gives a task to await.

#include <iapp/actors/context.hpp>
#include <iapp/actors/task_operation.hpp>
#include <iapp/actors/wake_timer.hpp>

namespace iapp {

namespace detail {

class sleep_operation final : wake_timer {
  public:
    explicit sleep_operation(duration time) noexcept : wake_timer{&fired}, time_{time} {}

    bool start(suspended_task who);

    result<void> take() const noexcept { return {}; }

  private:
    static void fired(timer_node& node) { static_cast<sleep_operation&>(node).who_.resume(); }

    duration time_;
    suspended_task who_;
};

} // namespace detail

inline operation<detail::sleep_operation> context::sleep(duration time) {
    return operation<detail::sleep_operation>{std::in_place, time};
}

} // namespace iapp
