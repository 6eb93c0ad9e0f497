#include <iapp/reactor/os/stack_signal.hpp>

#include <iapp/reactor/os/signals.hpp>
#include <iapp/reactor/os/stack_frames.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <mutex>

namespace iapp::os {

namespace {

// Who goes on after one of these comes to the same instruction again.
constexpr std::array faults{SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP};

std::mutex lock; // of the next
std::array<unsigned, signals_max> users{};

} // namespace

stack_signal::stack_signal(int number) : number_{number} {
    if (number <= 0 || number >= signals_max ||
        std::find(faults.begin(), faults.end(), number) != faults.end()) {
        throw std::system_error(std::make_error_code(std::errc::invalid_argument),
                                "no signal to take stacks with");
    }
    std::array<const void*, 1> first;
    collect_frames(first); // so that no handler does it first
    const std::lock_guard hold{lock};
    unsigned& of_this = users[static_cast<std::size_t>(number)];
    if (of_this == 0) {
        if (const std::error_code refused = catch_signal(number, {}, &take_stack_here, nullptr)) {
            throw std::system_error(refused, "the signal to take stacks with");
        }
    }
    ++of_this;
}

stack_signal::~stack_signal() {
    const std::lock_guard hold{lock};
    if (--users[static_cast<std::size_t>(number_)] == 0) {
        release_signal(number_);
    }
}

} // namespace iapp::os
