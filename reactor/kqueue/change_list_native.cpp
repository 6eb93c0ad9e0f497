// The change list of FreeBSD's own kqueue.

#include <iapp/reactor/kqueue/change_list.hpp>

#include <cstddef>

namespace iapp {

// The layout since FreeBSD 12; older ones would need another kevent(2).
static_assert(sizeof(struct kevent) == 64);
static_assert(offsetof(struct kevent, data) == 16);
static_assert(offsetof(struct kevent, udata) == 24);
static_assert(offsetof(struct kevent, ext) == 32);
static_assert(EVFILT_USER == -11);

void change_list::follow(const interest_change& c) {
    if (c.first) {
        add(c.fd, EVFILT_READ, EV_CLEAR, c.key);
    }
    if (c.after.write && !c.before.write) {
        add(c.fd, EVFILT_WRITE, EV_CLEAR, c.key);
    } else if (c.before.write && !c.after.write) {
        drop(c.fd, EVFILT_WRITE);
    }
}

// close(2) removes the registrations and the events not yet fetched. Changes are noted right
// before a wait, so there is nothing to apply here as a rule, and closing costs no call.
void change_list::forget(descriptor fd, bool stays_open) {
    if (stays_open) {
        drop(fd, EVFILT_READ);
        drop(fd, EVFILT_WRITE);
    }
    apply();
}

// One call for both: kevent(2) applies every change before it sleeps. Those that fail take a slot
// each, which is why there must be at least as many slots as changes (without one the rest of the
// changes would be skipped); then it returns at once. After EINTR all changes have been applied,
// and adding them again would report again what was reported before.
std::size_t change_list::wait(std::span<struct kevent> seen, const timespec* limit) {
    if (pending_.size() > seen.size()) {
        apply();
    }
    if (!failed_.empty()) {
        apply();
        return take_failed(seen);
    }
    const std::size_t count = call(pending_, seen, limit);
    pending_.clear();
    return count;
}

} // namespace iapp
