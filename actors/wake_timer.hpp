#pragma once
// wake_timer: the timer of an operation that a task awaits.

#include <iapp/mailbox/check.hpp>
#include <iapp/reactor/timer_wheel.hpp>

namespace iapp::detail {

// Lies in the task's frame and is disarmed with it. May be moved until it is armed.
class wake_timer : public timer_node {
  public:
    // Calls `on_fire` with this node.
    explicit wake_timer(fire_function on_fire) noexcept : timer_node{on_fire} {}

    wake_timer(wake_timer&& other) noexcept : timer_node{other.fire} {
        IAPP_CHECK(!other.armed(), "an armed timer stays where it is");
    }

    wake_timer& operator=(wake_timer&&) = delete;
};

} // namespace iapp::detail
