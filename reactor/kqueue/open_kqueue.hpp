#pragma once
// Making a kqueue that does not survive exec.

#include <fcntl.h>
#include <sys/event.h>

namespace iapp {

#ifdef KQUEUE_CLOEXEC // FreeBSD 14

inline int open_kqueue() noexcept {
    return ::kqueuex(KQUEUE_CLOEXEC);
}

#else

inline int open_kqueue() noexcept {
    const int fd = ::kqueue();
    if (fd >= 0) {
        ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
    return fd;
}

#endif

} // namespace iapp
