#include "raw/messages/sleeper.hpp"

#include <iapp/mailbox/check.hpp>

#include <sys/event.h>
#include <unistd.h>

#include <cerrno>

namespace raw {

sleeper::sleeper() : poller_{kqueue()}, event_{-1} {
    struct kevent change;
    EV_SET(&change, 0, EVFILT_USER, EV_ADD | EV_CLEAR, 0, 0, nullptr);
    IAPP_CHECK(kevent(poller_, &change, 1, nullptr, 0, nullptr) == 0, "no kqueue");
}

sleeper::~sleeper() {
    close(poller_);
}

void sleeper::sleep() {
    struct kevent event;
    int ready = 0;
    do {
        ready = kevent(poller_, nullptr, 0, &event, 1, nullptr);
    } while (ready < 0 && errno == EINTR);
    IAPP_CHECK(ready == 1, "kevent failed");
}

// Without EV_CLEAR, which in the call that triggers would take the trigger back.
void sleeper::wake() {
    struct kevent change;
    EV_SET(&change, 0, EVFILT_USER, 0, NOTE_TRIGGER, 0, nullptr);
    IAPP_CHECK(kevent(poller_, &change, 1, nullptr, 0, nullptr) == 0, "a trigger was refused");
}

} // namespace raw
