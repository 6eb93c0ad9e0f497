#include <iapp/reactor/os/last_words.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <mutex>
#include <signal.h>
#include <unistd.h>

namespace iapp::os {

namespace {

constexpr std::array deadly{SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGINT, SIGSEGV, SIGTERM};
constexpr std::array faults{SIGBUS, SIGFPE, SIGILL, SIGSEGV};

// FreeBSD tells with codes from here on that a signal was sent, Linux with those from 0 down.
constexpr int sent_codes_begin = 0x10000;

std::mutex guard; // of the two below, which all threads share
unsigned speakers = 0;
std::array<struct sigaction, deadly.size()> previous;

constinit thread_local last_words* latest = nullptr;

// Whether the instruction at hand has caused it, and does so again. The code alone does not tell:
// Linux gives one to a terminal's SIGINT that others have for a fault.
bool is_fault(int number, int code) noexcept {
    return std::find(faults.begin(), faults.end(), number) != faults.end() && code > 0 &&
           code < sent_codes_begin;
}

void on_deadly_signal(int number, siginfo_t* info, void*) {
    const int saved = errno;
    last_words::speak_all();
    for (std::size_t i = 0; i < deadly.size(); ++i) {
        if (deadly[i] == number) {
            ::sigaction(number, &previous[i], nullptr);
        }
    }
    if (!is_fault(number, info->si_code)) {
        ::raise(number); // comes when this handler has returned
    }
    errno = saved;
}

bool is_ours(const struct sigaction& action) noexcept {
    return (action.sa_flags & SA_SIGINFO) != 0 && action.sa_sigaction == on_deadly_signal;
}

bool is_ignored(const struct sigaction& action) noexcept {
    return (action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == SIG_IGN;
}

void take_signals() noexcept {
    for (std::size_t i = 0; i < deadly.size(); ++i) {
        struct sigaction now {};

        ::sigaction(deadly[i], nullptr, &now);
        if (is_ours(now)) {
            continue; // somebody has put us back
        }
        previous[i] = now;
        if (is_ignored(now)) {
            continue; // it does not end the process
        }

        struct sigaction action {};

        action.sa_sigaction = on_deadly_signal;
        action.sa_flags = SA_SIGINFO;
        ::sigemptyset(&action.sa_mask);
        ::sigaction(deadly[i], &action, nullptr);
    }
}

void give_signals_back() noexcept {
    for (std::size_t i = 0; i < deadly.size(); ++i) {
        struct sigaction now {};

        ::sigaction(deadly[i], nullptr, &now);
        if (is_ours(now)) {
            ::sigaction(deadly[i], &previous[i], nullptr);
        }
    }
}

} // namespace

last_words::last_words(speaker says, const void* who) noexcept
    : says_{says}, who_{who}, before_{latest} {
    latest = this;
    const std::lock_guard lock{guard};
    if (++speakers == 1) {
        take_signals();
    }
}

last_words::~last_words() {
    for (last_words** at = &latest; *at != nullptr; at = &(*at)->before_) {
        if (*at == this) {
            *at = before_;
            break;
        }
    }
    const std::lock_guard lock{guard};
    if (--speakers == 0) {
        give_signals_back();
    }
}

void last_words::speak_all() noexcept {
    for (const last_words* each = latest; each != nullptr; each = each->before_) {
        std::array<char, text_max> text;
        const std::size_t size = each->says_(each->who_, text);
        [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), size);
    }
}

} // namespace iapp::os
