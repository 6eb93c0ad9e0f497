#pragma once
// Signals of the process, noted by a handler and taken by whoever asked for them.

#include <iapp/reactor/signal_options.hpp>

#include <system_error>

namespace iapp::os {

// Their numbers are below it: up to 64 on Linux, up to 128 on FreeBSD.
constexpr int signals_max = 129;

// Called by the signal handler: must be safe there (no locks, no allocation).
using signal_notify = void (*)(void* target) noexcept;

// Takes a signal over; notify(target) is called each time it comes. Errors: device_or_resource_busy
// when somebody has it, else the system's (invalid_argument for SIGKILL).
std::error_code catch_signal(int number, signal_options options, signal_notify notify,
                             void* target) noexcept;

// Gives the signal its previous action back, or leaves it ignored, as catch_signal() was told.
// Afterwards `target` is not used any more by signals that come to this thread; one that is being
// handled by another thread at this moment may still use it, so the target outlives those threads.
void release_signal(int number) noexcept;

// Whether the signal has come since the last call.
bool take_signal(int number) noexcept;

// A write to a pipe or socket that nobody reads is an error value for us, never a death.
void ignore_broken_pipes() noexcept;

} // namespace iapp::os
