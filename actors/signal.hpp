#pragma once
// Signals as messages.

#include <iapp/mailbox/slot_table.hpp>
#include <iapp/reactor/signal_options.hpp>

#include <utility>

namespace iapp {

class worker_loop;

// A signal that the actor asked for has come (once or more since the last message).
struct signalled {
    int number = 0;
};

// Keeps a subscription alive; the previous action returns with its end, unless the options say
// otherwise. Worker's thread only.
class signal_watch {
  public:
    signal_watch() noexcept = default;

    signal_watch(signal_watch&& other) noexcept : number_{std::exchange(other.number_, 0)} {}

    signal_watch& operator=(signal_watch&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }

    ~signal_watch();

  private:
    friend class context;

    explicit signal_watch(int number) noexcept : number_{number} {}

    int number_ = 0;
};

} // namespace iapp
