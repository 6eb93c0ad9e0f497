#pragma once
// pretended_signals: signals that a test raises instead of the operating system.

#include <iapp/reactor/signal_source.hpp>

#include <map>

namespace iapp {

// Of one process, so one for each system. One thread.
class pretended_signals final : public signal_source {
  public:
    // As if the signal came; its actor gets `signalled` with its worker's next turn. False: nobody
    // takes it (any more), which would end a real process.
    bool raise(int number);

    std::error_code catch_signal(int number, signal_options options, os::signal_notify notify,
                                 void* target) noexcept override;

    void release_signal(int number) noexcept override { caught_.erase(number); }

    bool take_signal(int number) noexcept override;

  private:
    struct caught {
        signal_options options;
        os::signal_notify notify;
        void* target;
        bool pending = false;
        bool came = false;
    };

    std::map<int, caught> caught_;
};

} // namespace iapp
