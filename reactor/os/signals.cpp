#include <iapp/reactor/os/signals.hpp>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <signal.h>

namespace iapp::os {

namespace {

struct caught_signal {
    std::atomic<void*> target{nullptr};
    std::atomic<signal_notify> notify{nullptr};
    std::atomic<bool> taken{false}; // somebody has subscribed
    std::atomic<bool> came{false};
    struct sigaction previous;
};

static_assert(std::atomic<void*>::is_always_lock_free, "used in a signal handler");

std::array<caught_signal, signals_max> caught;

void on_signal(int number) {
    const int saved = errno;
    caught_signal& s = caught[static_cast<std::size_t>(number)];
    // release: pairs with the acquire of take_signal(), reached by way of the doorbell.
    s.came.store(true, std::memory_order_release);
    // acquire: pairs with the release of catch_signal().
    if (const signal_notify notify = s.notify.load(std::memory_order_acquire)) {
        notify(s.target.load(std::memory_order_relaxed)); // ordered by the load before
    }
    errno = saved;
}

} // namespace

std::error_code catch_signal(int number, signal_options options, signal_notify notify,
                             void* target) noexcept {
    if (number <= 0 || number >= signals_max) {
        return std::make_error_code(std::errc::invalid_argument);
    }
    caught_signal& s = caught[static_cast<std::size_t>(number)];
    // acquire/release: one subscriber after another sees the fields of the one before.
    if (s.taken.exchange(true, std::memory_order_acq_rel)) {
        return std::make_error_code(std::errc::device_or_resource_busy);
    }
    s.came.store(false, std::memory_order_relaxed);
    s.target.store(target, std::memory_order_relaxed);
    s.notify.store(notify, std::memory_order_release); // with on_signal()

    struct sigaction action {};

    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART | (options.first_only ? static_cast<int>(SA_RESETHAND) : 0);
    ::sigemptyset(&action.sa_mask);
    if (::sigaction(number, &action, &s.previous) != 0) {
        const std::error_code refused{errno, std::system_category()};
        s.notify.store(nullptr, std::memory_order_release);
        s.taken.store(false, std::memory_order_release);
        return refused;
    }
    if (options.ignore_afterwards) {
        s.previous = {};
        s.previous.sa_handler = SIG_IGN;
        ::sigemptyset(&s.previous.sa_mask);
    }
    return {};
}

void release_signal(int number) noexcept {
    caught_signal& s = caught[static_cast<std::size_t>(number)];
    ::sigaction(number, &s.previous, nullptr);
    s.notify.store(nullptr, std::memory_order_release); // with on_signal()
    s.taken.store(false, std::memory_order_release);    // with catch_signal()
}

bool take_signal(int number) noexcept {
    // acquire: pairs with the release of on_signal().
    return caught[static_cast<std::size_t>(number)].came.exchange(false, std::memory_order_acquire);
}

void ignore_broken_pipes() noexcept {
    std::signal(SIGPIPE, SIG_IGN);
}

} // namespace iapp::os
