#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

#include <sys/event.h>

#include "sockets.hpp"

namespace selftest {

// A struct kevent with all its fields set; the rest is zero. EV_SET is not used: FreeBSD's C++
// variant of it declares a local variable that an argument may shadow.
struct kevent change(int ident, int filter, unsigned flags, unsigned fflags = 0,
                     std::uintptr_t udata = 0);

// What a call to kevent(2) gave back.
struct answer {
    int result = 0; // of the call
    int error = 0;  // errno when result is -1, else 0
    std::vector<struct kevent> events;

    // True when exactly one event came, with this filter.
    bool only(int filter) const { return events.size() == 1 && events[0].filter == filter; }

    bool nothing() const { return result == 0; }
};

class kernel_queue {
  public:
    kernel_queue();

    int get() const { return fd_.get(); }

    // Changes and waiting in one call, room for as many events as given.
    answer call(const std::vector<struct kevent>& changes, std::size_t room, milliseconds limit);

    // One change without room for an event: 0 or errno.
    int apply(const struct kevent& one);

    // The same, where a failure means that the check can not go on.
    void require(const struct kevent& one);

    answer wait(milliseconds limit, std::size_t room = 16) { return call({}, room, limit); }

  private:
    descriptor fd_;
};

// The errno of an EV_ERROR slot, or -1 for any other event.
int slot_error(const struct kevent& slot);

// "READ EOF data 5 fflags 0" and so on, for what was seen; "nothing" when no event came.
std::string describe(const struct kevent& event);
std::string describe(const answer& got);

} // namespace selftest
