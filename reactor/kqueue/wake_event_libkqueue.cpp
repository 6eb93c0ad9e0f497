// libkqueue: an eventfd. EVFILT_USER is there, but triggering takes locks that the thread which a
// signal interrupts may be holding, and wakes must be fit for signal handlers.

#include <iapp/reactor/kqueue/wake_event.hpp>

#include <iapp/reactor/kqueue/kevent.hpp>
#include <iapp/reactor/os/system_kernel.hpp>

#include <cerrno>
#include <sys/eventfd.h>
#include <unistd.h>

namespace iapp {

// With EV_CLEAR every write is an event, so it is never read.
result<int> open_wake_event(int kqueue_fd) noexcept {
    const int event_fd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (event_fd < 0) {
        return last_error();
    }
    const struct kevent wakes = make_change(event_fd, EVFILT_READ, EV_ADD | EV_CLEAR, nobodys_key);
    if (::kevent(kqueue_fd, &wakes, 1, nullptr, 0, nullptr) != 0) {
        const std::error_code refused = last_error();
        ::close(event_fd);
        return refused;
    }
    return event_fd;
}

void trigger_wake_event(int handle) noexcept {
    const int saved = errno;
    const std::uint64_t one = 1;
    // It can fail only when the counter is full, and then a wake is pending already.
    [[maybe_unused]] const ssize_t written = ::write(handle, &one, sizeof one);
    errno = saved;
}

void close_wake_event(int handle) noexcept {
    ::close(handle);
}

} // namespace iapp
