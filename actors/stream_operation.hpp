#pragma once
// stream_operation: what a task awaits of a stream, in steps.

#include <iapp/actors/task_operation.hpp>
#include <iapp/actors/wake_timer.hpp>
#include <iapp/reactor/stream_inbox.hpp>

#include <system_error>

namespace iapp::detail {

// Lies in the frame of the task that waits. The stream may move meanwhile, or end.
class stream_operation : inbox_waiter, wake_timer {
  public:
    bool start(suspended_task who);

  protected:
    enum class side : std::uint8_t { reads, writes };

    // Fails with timed_out `deadline` after its start; duration::max(): never.
    stream_operation(stream* of, side which, duration deadline) noexcept
        : inbox_waiter{&changed}, wake_timer{&fired}, stream_{of}, side_{which}, deadline_{
                                                                                     deadline} {}

    stream_operation(stream_operation&&) = default;
    virtual ~stream_operation() = default;

    // The inbox to work on, or a failure.
    virtual result<stream_inbox*> begin(reactor& io);
    // True: it is over. Called at first, and then after each change.
    virtual bool step() = 0;

    void fail(std::error_code why) noexcept { failure_ = why; }

    stream_inbox& inbox() const noexcept { return *inbox_; }

    std::error_code failure() const noexcept { return failure_; }

  private:
    static void changed(inbox_waiter& self);
    static void fired(timer_node& self);

    void wait();

    stream* stream_;
    stream_inbox* inbox_ = nullptr;
    side side_;
    duration deadline_;
    suspended_task who_;
    std::error_code failure_;
};

} // namespace iapp::detail
