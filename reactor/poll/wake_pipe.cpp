#include <iapp/reactor/poll/wake_pipe.hpp>

#include <iapp/reactor/os/system_kernel.hpp>

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace iapp {

wake_pipe::~wake_pipe() {
    if (read_end_ >= 0) {
        ::close(read_end_);
        ::close(write_end_);
    }
}

std::error_code wake_pipe::open() noexcept {
    int ends[2];
    if (::pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0) {
        return last_error();
    }
    read_end_ = ends[0];
    write_end_ = ends[1];
    return {};
}

void wake_pipe::ring() noexcept {
    // release: pairs with the acquire of swallow(). It holds for a ring that finds the flag set,
    // too: this exchange is then part of the release sequence that swallow() reads from.
    if (!rung_.exchange(true, std::memory_order_release)) {
        const int saved = errno; // a signal handler may be calling
        // The pipe is empty, so there is room.
        [[maybe_unused]] const ssize_t written = ::write(write_end_, "", 1);
        errno = saved;
    }
}

void wake_pipe::swallow() noexcept {
    char byte;
    // Not repeated when interrupted: the byte stays, and the next wait finds it.
    if (::read(read_end_, &byte, 1) == 1) {
        // acquire: pairs with the release of every ring() before it.
        rung_.exchange(false, std::memory_order_acquire);
    }
}

} // namespace iapp
