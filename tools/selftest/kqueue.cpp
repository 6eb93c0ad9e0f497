#include "kqueue.hpp"

#include <cerrno>

#include <fmt/format.h>

namespace selftest {

struct kevent change(int ident, int filter, unsigned flags, unsigned fflags, std::uintptr_t udata) {
    struct kevent made = {};
    made.ident = static_cast<std::uintptr_t>(ident);
    made.filter = static_cast<short>(filter);
    made.flags = static_cast<unsigned short>(flags);
    made.fflags = fflags;
    made.udata = reinterpret_cast<void*>(udata);
    return made;
}

kernel_queue::kernel_queue() : fd_{must(::kqueue(), "kqueue")} {}

answer kernel_queue::call(const std::vector<struct kevent>& changes, std::size_t room,
                          milliseconds limit) {
    answer got;
    got.events.resize(room);
    const timespec timeout{static_cast<time_t>(limit.count() / 1000),
                           static_cast<long>(limit.count() % 1000) * 1000000};
    got.result = ::kevent(fd_.get(), changes.data(), static_cast<int>(changes.size()),
                          got.events.data(), static_cast<int>(room), &timeout);
    got.error = got.result < 0 ? errno : 0;
    got.events.resize(got.result > 0 ? static_cast<std::size_t>(got.result) : 0);
    return got;
}

int kernel_queue::apply(const struct kevent& one) {
    return call({one}, 0, milliseconds{0}).error;
}

void kernel_queue::require(const struct kevent& one) {
    const int error = apply(one);
    if (error != 0) {
        throw setup_failed{"kevent: " + error_name(error)};
    }
}

int slot_error(const struct kevent& slot) {
    return (slot.flags & EV_ERROR) != 0 ? static_cast<int>(slot.data) : -1;
}

std::string describe(const struct kevent& event) {
    if ((event.flags & EV_ERROR) != 0) {
        return "error " + error_name(static_cast<int>(event.data));
    }
    const char* filter = event.filter == EVFILT_READ    ? "READ"
                         : event.filter == EVFILT_WRITE ? "WRITE"
                         : event.filter == EVFILT_USER  ? "USER"
                                                        : "?";
    return fmt::format("{}{} data {} fflags {:#x}", filter,
                       (event.flags & EV_EOF) != 0 ? " EOF" : "",
                       static_cast<long long>(event.data), event.fflags);
}

std::string describe(const answer& got) {
    if (got.result < 0) {
        return "-1 " + error_name(got.error);
    }
    std::string text;
    for (const struct kevent& event : got.events) {
        text += (text.empty() ? "" : " + ") + describe(event);
    }
    return text.empty() ? "nothing" : text;
}

} // namespace selftest
