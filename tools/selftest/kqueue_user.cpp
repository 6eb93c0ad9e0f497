// EVFILT_USER: how one thread wakes another's kevent(2).

#include "check.hpp"
#include "kqueue.hpp"

#include <cerrno>
#include <chrono>
#include <thread>

namespace selftest {

namespace {

constexpr int bell = 1;
constexpr std::uintptr_t tag = 42;

struct kevent trigger(unsigned flags = 0, std::uintptr_t udata = tag) {
    return change(bell, EVFILT_USER, flags, NOTE_TRIGGER, udata);
}

// A queue with the bell as a worker registers it.
class rung_queue : public kernel_queue {
  public:
    rung_queue() { require(change(bell, EVFILT_USER, EV_ADD | EV_CLEAR, 0, tag)); }
};

std::uintptr_t udata_of(const answer& got) {
    return got.events.empty() ? 0 : reinterpret_cast<std::uintptr_t>(got.events[0].udata);
}

outcome trigger_before_wait() {
    rung_queue queue;
    const int error = queue.apply(trigger());
    const answer first = queue.wait(patience());
    const answer second = queue.wait(quiet());
    return judge(error == 0 && first.only(EVFILT_USER) && second.nothing(), "{}, {}, then {}",
                 error_name(error), describe(first), describe(second));
}

outcome wakes_a_sleeper() {
    rung_queue queue;
    const auto start = std::chrono::steady_clock::now();
    std::thread other{[&queue] {
        std::this_thread::sleep_for(milliseconds{20});
        queue.apply(trigger());
    }};
    const answer got = queue.wait(patience());
    const double took = elapsed_ms(start);
    other.join();
    return judge(got.only(EVFILT_USER), "{} after {:.1f} ms", describe(got), took);
}

// Many rounds of ring and take, by two threads that do not wait for each other: the last ring
// of all must be seen after it was made.
outcome never_lost() {
    constexpr int rings = 2000;
    rung_queue queue;
    std::thread other{[&queue] {
        for (int i = 0; i < rings; ++i) {
            queue.apply(trigger(0, static_cast<std::uintptr_t>(i + 1)));
        }
    }};
    std::uintptr_t last = 0;
    int taken = 0;
    while (last < rings) {
        const answer got = queue.wait(patience());
        if (!got.only(EVFILT_USER)) {
            break;
        }
        last = udata_of(got);
        ++taken;
    }
    other.join();
    return judge(last == rings, "{} rings, {} events, the last saw ring {}", rings, taken, last);
}

outcome triggers_coalesce() {
    rung_queue queue;
    queue.require(trigger());
    queue.require(trigger());
    const answer first = queue.wait(patience());
    const answer second = queue.wait(quiet());
    return judge(first.only(EVFILT_USER) && second.nothing(), "{}, then {}", describe(first),
                 describe(second));
}

outcome rings_again() {
    rung_queue queue;
    int events = 0;
    for (int i = 0; i < 100; ++i) {
        queue.require(trigger());
        events += queue.wait(patience()).only(EVFILT_USER);
    }
    return judge(events == 100, "{} of 100 events", events);
}

outcome lost_with(unsigned flags) {
    rung_queue queue;
    const int error = queue.apply(trigger(flags));
    const answer got = queue.wait(quiet());
    return judge(error == 0 && got.nothing(), "{}, {}", error_name(error), describe(got));
}

outcome lost_with_clear() {
    return lost_with(EV_CLEAR);
}

outcome lost_with_add_clear() {
    return lost_with(EV_ADD | EV_CLEAR);
}

outcome lost_in_first_add() {
    kernel_queue queue;
    const int error = queue.apply(trigger(EV_ADD | EV_CLEAR));
    const answer got = queue.wait(quiet());
    return judge(error == 0 && got.nothing(), "{}, {}", error_name(error), describe(got));
}

outcome udata_overwritten() {
    rung_queue queue;
    queue.require(trigger(0, 7));
    const answer first = queue.wait(patience());
    queue.require(trigger(0, 0));
    const answer second = queue.wait(patience());
    return judge(first.only(EVFILT_USER) && udata_of(first) == 7 && second.only(EVFILT_USER) &&
                     udata_of(second) == 0,
                 "{}, then {}", udata_of(first), udata_of(second));
}

outcome kept_while_disabled() {
    rung_queue queue;
    queue.require(change(bell, EVFILT_USER, EV_DISABLE, 0, tag));
    queue.require(trigger());
    const answer first = queue.wait(quiet());
    queue.require(change(bell, EVFILT_USER, EV_ENABLE, 0, tag));
    const answer second = queue.wait(patience());
    return judge(first.nothing() && second.only(EVFILT_USER), "disabled {}, enabled {}",
                 describe(first), describe(second));
}

outcome unknown_bell() {
    kernel_queue queue;
    const int error = queue.apply(trigger());
    return judge(error == ENOENT, "{}", error_name(error));
}

constexpr const char* advice =
    "Workers are woken this way: with flags 0, and the same udata every time. Messages would wait.";

constexpr check checks[] = {
    {"user.before_wait", "a trigger with flags 0 persists: one event", advice, trigger_before_wait},
    {"user.sleeper", "a trigger wakes a thread inside kevent", advice, wakes_a_sleeper},
    {"user.never_lost", "triggers that race with waits: the last is seen", advice, never_lost},
    {"user.coalesce", "two triggers, one event", advice, triggers_coalesce},
    {"user.again", "every trigger after a wait is a new event", advice, rings_again},
    {"user.clear_loses", "a trigger with EV_CLEAR is lost", advice, lost_with_clear},
    {"user.add_clear_loses", "a trigger with EV_ADD|EV_CLEAR is lost", advice, lost_with_add_clear,
     "such a trigger works"},
    {"user.first_add_loses", "a trigger in the first EV_ADD is lost", advice, lost_in_first_add},
    {"user.udata", "NOTE_TRIGGER overwrites udata", advice, udata_overwritten},
    {"user.disabled", "a trigger while disabled comes at EV_ENABLE", advice, kept_while_disabled,
     "a trigger while disabled is dropped"},
    {"user.unknown", "ENOENT when never registered", advice, unknown_bell},
};

} // namespace

theme kqueue_user_checks() {
    return checks;
}

} // namespace selftest
