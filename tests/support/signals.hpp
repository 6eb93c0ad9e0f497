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

// While it lives the signal has another action where nobody catches it; afterwards it is as it was.
class signal_action {
  public:
    signal_action(const signal_action&) = delete;
    signal_action& operator=(const signal_action&) = delete;

  protected:
    signal_action(int number, void (*action)(int))
        : number_{number}, before_{std::signal(number, action)} {}

    ~signal_action() { std::signal(number_, before_); }

  private:
    int number_;
    void (*before_)(int);
};

// A stray one does not end the test.
struct ignored_signal : signal_action {
    explicit ignored_signal(int number) : signal_action{number, SIG_IGN} {}
};

// It ends the process, as at the start of a program.
struct default_signal : signal_action {
    explicit default_signal(int number) : signal_action{number, SIG_DFL} {}
};

} // namespace iapp::test
