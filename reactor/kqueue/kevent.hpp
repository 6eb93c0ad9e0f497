#pragma once
// struct kevent as the kqueue poller uses it.

#include <iapp/reactor/kernel.hpp>

#include <cstdint>
#include <sys/types.h> // for the next one

#include <sys/event.h>

namespace iapp {

static_assert(sizeof(void*) == sizeof(std::uint64_t), "a whole key travels in udata");

// No slot_id has generation 0, so this is nobody's key: that of wakes, and of deletions, whose
// failure (the kernel had dropped the registration already) concerns nobody.
inline constexpr std::uint64_t nobodys_key = 0;

// For a socket or another descriptor; `filter` is EVFILT_READ or EVFILT_WRITE.
inline struct kevent make_change(descriptor fd, int filter, int flags, std::uint64_t key) noexcept {
    struct kevent change {};

    change.ident = static_cast<std::uintptr_t>(fd);
    change.filter = static_cast<short>(filter);
    change.flags = static_cast<unsigned short>(flags);
    change.udata = reinterpret_cast<void*>(static_cast<std::uintptr_t>(key));
    return change;
}

inline std::uint64_t key_of(const struct kevent& seen) noexcept {
    return reinterpret_cast<std::uintptr_t>(seen.udata);
}

} // namespace iapp
