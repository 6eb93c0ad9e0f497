#pragma once
// What the tests of pollers share.

#include <doctest/doctest.h>

#include <iapp/reactor/engines.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace iapp::test {

inline constexpr interest nothing{};
inline constexpr interest reading{.read = true, .write = false};
inline constexpr interest writing{.read = false, .write = true};
inline constexpr interest both{.read = true, .write = true};

// No slot_id has generation 0 either.
inline constexpr std::uint64_t first_key = (std::uint64_t{7} << 32) | 1;
inline constexpr std::uint64_t second_key = (std::uint64_t{8} << 32) | 1;

// The poller that IAPP_ENGINE names.
inline std::unique_ptr<poller> tested_poller() {
    result<std::unique_ptr<poller>> made = make_poller("");
    REQUIRE(made);
    return std::move(*made);
}

// Keeps what a caller of a poller keeps for one descriptor, and says it in the right order.
class registration {
  public:
    registration(poller& waits, int fd, std::uint64_t key, bool level = false)
        : waits_{waits}, fd_{fd}, key_{key}, level_{level} {}

    void set(interest what) {
        waits_.change({.fd = fd_,
                       .key = key_,
                       .before = registered_,
                       .after = what,
                       .first = !known_,
                       .level = level_});
        registered_ = what;
        known_ = true;
    }

    void forget(bool stays_open = false) { waits_.forget(fd_, registered_, stays_open); }

  private:
    poller& waits_;
    int fd_;
    std::uint64_t key_;
    bool level_;
    bool known_ = false;
    interest registered_;
};

inline std::vector<ready_event> wait(poller& waits, duration timeout, std::size_t room = 512) {
    std::vector<ready_event> events(room);
    events.resize(waits.wait(events, timeout));
    return events;
}

// What is there without waiting.
inline std::vector<ready_event> look(poller& waits) {
    return wait(waits, duration::zero());
}

// Waits until an event of the key satisfies the condition, and hands it out. Other events may come
// before it; a poller that never says it hangs the test.
template <class Condition>
ready_event await(poller& waits, std::uint64_t key, Condition condition) {
    for (;;) {
        for (const ready_event& e : wait(waits, duration::max())) {
            if (e.key == key && condition(e)) {
                return e;
            }
        }
    }
}

inline bool is_readable(const ready_event& e) {
    return e.readable;
}

inline bool is_writable(const ready_event& e) {
    return e.writable;
}

inline bool has_ended(const ready_event& e) {
    return e.ended;
}

inline bool any_of_key(const std::vector<ready_event>& events, std::uint64_t key) {
    return std::any_of(events.begin(), events.end(),
                       [key](const ready_event& e) { return e.key == key; });
}

// Whether looking again and again comes to an end of events. What the system still delivers late
// is counted as an event, so a few are allowed.
inline bool becomes_quiet(poller& waits) {
    for (int i = 0; i < 50; ++i) {
        if (look(waits).empty()) {
            return true;
        }
    }
    return false;
}

} // namespace iapp::test
