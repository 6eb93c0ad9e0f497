#include "ready.hpp"

#include <sys/epoll.h>
#include <unistd.h>

namespace raw {

ready_set::ready_set() : poller_{epoll_create1(EPOLL_CLOEXEC)} {}

ready_set::~ready_set() {
    close(poller_);
}

void ready_set::add(int fd, std::uint32_t index) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.u32 = index;
    epoll_ctl(poller_, EPOLL_CTL_ADD, fd, &event);
}

// Nothing to do: EPOLLOUT is registered for good and fires only after a send was short.
void ready_set::want_write(int, std::uint32_t) {}

void ready_set::wait(std::vector<readiness>& out, int timeout_ms) {
    epoll_event events[256];
    const int count = epoll_wait(poller_, events, 256, timeout_ms);
    out.clear();
    for (int i = 0; i < count; ++i) {
        const std::uint32_t what = events[i].events;
        const bool ended = (what & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
        out.push_back(
            {events[i].data.u32, ended || (what & EPOLLIN) != 0, ended, (what & EPOLLOUT) != 0});
    }
}

} // namespace raw
