// The change list of libkqueue, which puts kqueue's interface on top of epoll.

#include <iapp/reactor/kqueue/change_list.hpp>

namespace iapp {

// libkqueue keeps one epoll registration for both filters. Adding or deleting one of them rebuilds
// its events from the change at hand alone: READ loses EPOLLRDHUP when WRITE comes, and EPOLLET,
// too, when WRITE goes. It is whole only where READ came last, so READ goes out and comes back.
void change_list::follow(const interest_change& c) {
    const bool write_changes = c.before.write != c.after.write;
    if (!c.first && write_changes) {
        drop(c.fd, EVFILT_READ);
    }
    if (write_changes && c.after.write) {
        add(c.fd, EVFILT_WRITE, EV_CLEAR, c.key);
    } else if (write_changes) {
        drop(c.fd, EVFILT_WRITE);
    }
    if (c.first || write_changes) {
        add(c.fd, EVFILT_READ, EV_CLEAR, c.key);
    }
}

// libkqueue does not see a descriptor close, and would meet the next one of that number with what
// it remembers of this one.
void change_list::forget(descriptor fd, bool) {
    drop(fd, EVFILT_READ);
    drop(fd, EVFILT_WRITE);
    apply();
}

// Two calls: libkqueue would go on waiting after a change that failed.
std::size_t change_list::wait(std::span<struct kevent> seen, const timespec* limit) {
    apply();
    return failed_.empty() ? call({}, seen, limit) : take_failed(seen);
}

} // namespace iapp
