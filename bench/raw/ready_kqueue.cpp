#include "ready.hpp"

#include <sys/event.h>
#include <time.h>
#include <unistd.h>

namespace raw {

namespace {

void change(int poller, int fd, short filter, unsigned short flags, std::uint32_t index) {
    struct kevent what;
    EV_SET(&what, static_cast<uintptr_t>(fd), filter, flags, 0, 0,
           reinterpret_cast<void*>(static_cast<uintptr_t>(index)));
    kevent(poller, &what, 1, nullptr, 0, nullptr);
}

} // namespace

ready_set::ready_set() : poller_{kqueue()} {}

ready_set::~ready_set() {
    close(poller_);
}

void ready_set::add(int fd, std::uint32_t index) {
    change(poller_, fd, EVFILT_READ, EV_ADD | EV_CLEAR, index);
}

void ready_set::want_write(int fd, std::uint32_t index) {
    change(poller_, fd, EVFILT_WRITE, EV_ADD | EV_ONESHOT, index);
}

void ready_set::wait(std::vector<readiness>& out, int timeout_ms) {
    struct kevent events[256];
    const timespec timeout{timeout_ms / 1000, timeout_ms % 1000 * 1'000'000L};
    const int count = kevent(poller_, nullptr, 0, events, 256, &timeout);
    out.clear();
    for (int i = 0; i < count; ++i) {
        const bool write = events[i].filter == EVFILT_WRITE;
        const bool ended = (events[i].flags & EV_EOF) != 0;
        out.push_back({static_cast<std::uint32_t>(reinterpret_cast<uintptr_t>(events[i].udata)),
                       !write || ended, ended, write});
    }
}

} // namespace raw
