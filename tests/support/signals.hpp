#pragma once
// Signals of this process, for tests.

#include <csignal>
#include <signal.h>

namespace iapp::test {

inline constexpr int signal_user1 = SIGUSR1;
inline constexpr int signal_user2 = SIGUSR2;
inline constexpr int signal_kill = SIGKILL;
inline constexpr int signal_pipe = SIGPIPE;
inline constexpr int signal_fault = SIGSEGV;
inline constexpr int signals_max = 64; // those that every system has

// Whether an unwinder gets from a handler to what was interrupted. FreeBSD describes the frames of
// handlers on amd64 alone.
#if defined(__FreeBSD__) && !defined(__x86_64__)
inline constexpr bool handlers_are_unwound = false;
#else
inline constexpr bool handlers_are_unwound = true;
#endif

// Whether a handler runs while its thread waits in a call of the system. ThreadSanitizer keeps the
// signal back until most of them have returned.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define IAPP_TEST_SIGNALS_WAIT
#endif
#elif defined(__SANITIZE_THREAD__)
#define IAPP_TEST_SIGNALS_WAIT
#endif
#if defined(IAPP_TEST_SIGNALS_WAIT)
inline constexpr bool signals_interrupt_calls = false;
#else
inline constexpr bool signals_interrupt_calls = true;
#endif

// To this thread; it has been handled when the call returns.
inline void raise_signal(int number) {
    std::raise(number);
}

inline struct sigaction action_of(int number) {
    struct sigaction now {};

    ::sigaction(number, nullptr, &now);
    return now;
}

inline bool is_default(int number) {
    return action_of(number).sa_handler == SIG_DFL;
}

// Whether somebody handles it: neither ignored nor left to the system.
inline bool is_caught(int number) {
    return !is_default(number) && action_of(number).sa_handler != SIG_IGN;
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

// One that comes to this thread waits until the end of this object.
class held_signal {
  public:
    explicit held_signal(int number) {
        sigset_t held;
        ::sigemptyset(&held);
        ::sigaddset(&held, number);
        ::pthread_sigmask(SIG_BLOCK, &held, &before_);
    }

    ~held_signal() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

    held_signal(const held_signal&) = delete;
    held_signal& operator=(const held_signal&) = delete;

  private:
    sigset_t before_;
};

// It ends the process, as at the start of a program.
struct default_signal : signal_action {
    explicit default_signal(int number) : signal_action{number, SIG_DFL} {}
};

} // namespace iapp::test
