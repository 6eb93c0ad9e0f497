#pragma once

// stack_signal: the signal at which threads take their stacks.

namespace iapp::os {

// Takes the signal over for the whole process, as catch_signal() does; several may share one. The
// last one's end gives it its action from before back, so threads that were signalled have ended by
// then, or have handled it.
class stack_signal {
  public:
    // Throws std::system_error: invalid_argument for what is no signal, cannot be caught or tells
    // of an error of the program (SIGSEGV, SIGABRT...), device_or_resource_busy for one to which an
    // actor has subscribed.
    explicit stack_signal(int number);
    ~stack_signal();
    stack_signal(const stack_signal&) = delete;
    stack_signal& operator=(const stack_signal&) = delete;

    int number() const noexcept { return number_; }

  private:
    int number_;
};

// What its handler does: see stack_probe.
void take_stack_here(void*) noexcept;

} // namespace iapp::os
