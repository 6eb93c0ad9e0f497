// Signals to one thread, and what its handler can see: how the watchdog takes stacks.

#include "check.hpp"
#include "facts.hpp"
#include "sockets.hpp"
#include "waiting.hpp"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <thread>

#include <pthread.h>
#include <signal.h>
#include <unistd.h>
#include <unwind.h>

namespace selftest {

namespace {

struct search {
    std::uintptr_t address;
    int frames = 0;
    bool found = false;
};

_Unwind_Reason_Code look(_Unwind_Context* at, void* to) {
    auto& s = *static_cast<search*>(to);
    s.found = s.found || static_cast<std::uintptr_t>(_Unwind_GetIP(at)) == s.address;
    return ++s.frames < 64 ? _URC_NO_REASON : _URC_END_OF_STACK;
}

search look_for(std::uintptr_t address) {
    search s{address};
    _Unwind_Backtrace(&look, &s);
    return s;
}

std::atomic<std::uintptr_t> caller{0}; // of spin()
std::atomic<bool> handled{false};
std::atomic<bool> elsewhere{false}; // the handler ran in a thread that was not meant
std::atomic<int> frames{0};
std::atomic<bool> found{false};
std::atomic<pthread_t> meant{};

void on_signal(int) {
    const int before = errno;
    const search s = look_for(caller);
    frames = s.frames;
    found = s.found;
    elsewhere = ::pthread_equal(::pthread_self(), meant) == 0;
    handled = true;
    errno = before;
}

[[gnu::noinline]] void spin() {
    caller = reinterpret_cast<std::uintptr_t>(__builtin_return_address(0));
    while (!handled) {
        std::this_thread::yield();
    }
}

void catch_it() {
    look_for(0); // so that the handler is not the first to call the unwinder
    struct sigaction action = {};
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    must(::sigaction(SIGURG, &action, nullptr), "sigaction");
}

// Signals a thread that spins, and waits until it has been handled.
int signal_spinner() {
    catch_it();
    std::thread other{[] {
        meant = ::pthread_self();
        spin();
        meant = pthread_t{}; // so that spin() is called, not jumped to
    }};
    while (caller == 0) {
        std::this_thread::yield();
    }
    const int error = ::pthread_kill(other.native_handle(), SIGURG);
    handled = handled || error != 0;
    other.join();
    return error;
}

outcome directed() {
    const int error = signal_spinner();
    return judge(error == 0 && !elsewhere, "{}, handled by {}", error_name(error),
                 elsewhere ? "another thread" : "that thread");
}

outcome unwound() {
    signal_spinner();
    if (!found && !signal_frames_described) {
        return skipped("{} frames, as known for this processor", frames.load());
    }
    return judge(found, "{} frames, that function {}", frames.load(),
                 found ? "among them" : "not among them");
}

outcome restarted() {
    catch_it();
    int ends[2];
    must(::pipe(ends), "pipe");
    const descriptor in{ends[0]};
    const descriptor out{ends[1]};
    ssize_t count = -1;
    int error = 0;
    std::thread other{[&] {
        char byte;
        meant = ::pthread_self();
        caller = 1; // it is there
        count = ::read(in.get(), &byte, 1);
        error = errno;
    }};
    while (caller == 0) {
        std::this_thread::yield();
    }
    std::this_thread::sleep_for(milliseconds{20}); // in read(), most likely
    must(::pthread_kill(other.native_handle(), SIGURG), "pthread_kill");
    // ThreadSanitizer keeps the signal until read() has returned.
    for (int i = 0; i < 1000 && !handled; ++i) {
        std::this_thread::sleep_for(milliseconds{1});
    }
    must(static_cast<int>(::write(out.get(), "x", 1)), "write");
    other.join();
    return judge(count == 1 && handled, "read {}, {}",
                 count < 0 ? error_name(error) : fmt::to_string(count),
                 handled ? "handled" : "not handled");
}

constexpr check checks[] = {
    {"signal.directed", "pthread_kill: that thread handles the signal",
     "watchdog_options::stack_signal would show no stacks.", directed},
    {"signal.unwound", "the unwinder passes from the handler to what was interrupted",
     "watchdog_options::stack_signal shows no function of the program.", unwound},
    {"signal.restarted", "SA_RESTART: read() goes on after the handler",
     "watchdog_options::stack_signal would let calls of late handlers fail.", restarted},
};

} // namespace

theme signal_checks() {
    return checks;
}

} // namespace selftest
