#pragma once
// The event by which other threads and signal handlers end a wait on a kqueue.

#include <iapp/reactor/result.hpp>

namespace iapp {

// Registers it; it carries nobodys_key. What it returns is the handle for the other two. Fails with
// the errno of the system.
result<int> open_wake_event(int kqueue_fd) noexcept;

// Any thread and signal handlers; keeps errno. Triggers that were not waited for become one event;
// one that meets a wait which is just returning ends the next.
void trigger_wake_event(int handle) noexcept;

// Before the kqueue is closed.
void close_wake_event(int handle) noexcept;

} // namespace iapp
