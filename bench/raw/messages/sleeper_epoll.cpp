#include "raw/messages/sleeper.hpp"

#include <iapp/mailbox/check.hpp>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace raw {

// Each write to an eventfd is an edge, so it need not be read.
sleeper::sleeper() : poller_{epoll_create1(EPOLL_CLOEXEC)}, event_{eventfd(0, EFD_CLOEXEC)} {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLET;
    IAPP_CHECK(epoll_ctl(poller_, EPOLL_CTL_ADD, event_, &event) == 0, "no eventfd or no epoll");
}

sleeper::~sleeper() {
    close(event_);
    close(poller_);
}

void sleeper::sleep() {
    epoll_event event{};
    int ready = 0;
    do {
        ready = epoll_wait(poller_, &event, 1, -1);
    } while (ready < 0 && errno == EINTR);
    IAPP_CHECK(ready == 1, "epoll_wait failed");
}

void sleeper::wake() {
    const std::uint64_t one = 1; // the counter would need centuries to be full
    IAPP_CHECK(write(event_, &one, sizeof one) == sizeof one, "an eventfd took no write");
}

} // namespace raw
