// FreeBSD: EVFILT_USER, which needs no descriptor and nothing to read.

#include <iapp/reactor/kqueue/wake_event.hpp>

#include <iapp/reactor/kqueue/kevent.hpp>
#include <iapp/reactor/os/system_kernel.hpp>

#include <cerrno>

namespace iapp {

namespace {

// The only user event, so its ident is of no account. Its udata is null, nobodys_key, in every
// call: a trigger overwrites it.
struct kevent user_event(int flags, unsigned fflags) noexcept {
    struct kevent event {};

    event.filter = EVFILT_USER;
    event.flags = static_cast<unsigned short>(flags);
    event.fflags = fflags;
    return event;
}

} // namespace

// No NOTE_TRIGGER here: it would be lost, since the kernel clears fflags before it attaches.
result<int> open_wake_event(int kqueue_fd) noexcept {
    const struct kevent registration = user_event(EV_ADD | EV_CLEAR, 0);
    if (::kevent(kqueue_fd, &registration, 1, nullptr, 0, nullptr) != 0) {
        return last_error();
    }
    return kqueue_fd;
}

// Flags 0: with EV_CLEAR the kernel would set the trigger and clear it in the same breath. A call
// without room for events never waits and is a plain system call.
void trigger_wake_event(int handle) noexcept {
    const int saved = errno;
    const struct kevent trigger = user_event(0, NOTE_TRIGGER);
    ::kevent(handle, &trigger, 1, nullptr, 0, nullptr);
    errno = saved;
}

void close_wake_event(int) noexcept {}

} // namespace iapp
