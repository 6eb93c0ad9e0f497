#pragma once
// Signals of this process, for tests.

#include <csignal>
#include <signal.h>

namespace iapp::test {

inline constexpr int signal_user1 = SIGUSR1;
inline constexpr int signal_user2 = SIGUSR2;
inline constexpr int signal_kill = SIGKILL;
inline constexpr int signal_pipe = SIGPIPE;

// To this thread; it has been handled when the call returns.
inline void raise_signal(int number) {
    std::raise(number);
}

namespace detail {

inline struct sigaction action_of(int number) {
    struct sigaction now {};

    ::sigaction(number, nullptr, &now);
    return now;
}

} // namespace detail

inline bool is_default(int number) {
    return detail::action_of(number).sa_handler == SIG_DFL;
}

// Whether somebody handles it: neither ignored nor left to the system.
inline bool is_caught(int number) {
    return !is_default(number) && detail::action_of(number).sa_handler != SIG_IGN;
}

// While it lives the signal is ignored where nobody catches it, so that a stray one does not end
// the test; afterwards it is as it was.
class ignored_signal {
  public:
    explicit ignored_signal(int number) : number_{number}, before_{std::signal(number, SIG_IGN)} {}

    ~ignored_signal() { std::signal(number_, before_); }

    ignored_signal(const ignored_signal&) = delete;
    ignored_signal& operator=(const ignored_signal&) = delete;

  private:
    int number_;
    void (*before_)(int);
};

} // namespace iapp::test
