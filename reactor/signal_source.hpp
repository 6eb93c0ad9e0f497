#pragma once
// signal_source: where a process's signals come from, as a parameter of its workers.

#include <iapp/reactor/os/signals.hpp>

namespace iapp {

// The verbs are those of reactor/os/signals.hpp, and so are their rules.
class signal_source {
  public:
    virtual ~signal_source() = default;

    virtual std::error_code catch_signal(int number, signal_options options,
                                         os::signal_notify notify, void* target) noexcept = 0;
    virtual void release_signal(int number) noexcept = 0;
    virtual bool take_signal(int number) noexcept = 0;
};

// The operating system's.
class process_signals final : public signal_source {
  public:
    static process_signals& instance() noexcept;

    std::error_code catch_signal(int number, signal_options options, os::signal_notify notify,
                                 void* target) noexcept override {
        return os::catch_signal(number, options, notify, target);
    }

    void release_signal(int number) noexcept override { os::release_signal(number); }

    bool take_signal(int number) noexcept override { return os::take_signal(number); }
};

inline process_signals& process_signals::instance() noexcept {
    static process_signals only;
    return only;
}

} // namespace iapp
