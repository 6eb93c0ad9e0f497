// How one kevent(2) call applies changes, reports their failures, and waits.

#include "check.hpp"
#include "kqueue.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <csignal>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace selftest {

namespace {

constexpr milliseconds at_once{0};

struct kevent add_user(int ident) {
    return change(ident, EVFILT_USER, EV_ADD | EV_CLEAR);
}

struct kevent delete_user(int ident) {
    return change(ident, EVFILT_USER, EV_DELETE);
}

// Whether the queue holds the user event; removes it.
bool holds_user(kernel_queue& queue, int ident) {
    return queue.apply(delete_user(ident)) == 0;
}

outcome no_room_success() {
    kernel_queue queue;
    const answer got = queue.call({add_user(1), add_user(2), add_user(3)}, 0, patience());
    const bool all = holds_user(queue, 1) && holds_user(queue, 2) && holds_user(queue, 3);
    return judge(got.result == 0 && all, "{}, {}", got.result, all ? "all applied" : "not all");
}

outcome no_room_failure() {
    kernel_queue queue;
    const answer got = queue.call({add_user(1), delete_user(99), add_user(3)}, 0, patience());
    const bool before = holds_user(queue, 1);
    const bool after = holds_user(queue, 3);
    return judge(got.result == -1 && got.error == ENOENT && before && !after,
                 "{}, before it {}, after it {}", describe(got), before ? "applied" : "skipped",
                 after ? "applied" : "skipped");
}

// A number that no descriptor has and none will get soon: not the lowest free one.
int closed_number() {
    const descriptor any = tcp_socket();
    const int number = must(::fcntl(any.get(), F_DUPFD, 200), "fcntl");
    ::close(number);
    return number;
}

// Twenty changes, more than the kernel copies at a time, three of them wrong.
outcome failures_take_slots() {
    std::vector<struct kevent> changes;
    for (int ident = 0; ident < 20; ++ident) {
        changes.push_back(add_user(ident));
    }
    changes[3] = delete_user(103);
    changes[10] = change(closed_number(), EVFILT_READ, EV_ADD);
    changes[17] = delete_user(117);
    kernel_queue queue;
    const answer got = queue.call(changes, changes.size(), at_once);
    const bool errors = got.events.size() == 3 && slot_error(got.events[0]) == ENOENT &&
                        got.events[0].ident == 103 && slot_error(got.events[1]) == EBADF &&
                        slot_error(got.events[2]) == ENOENT && got.events[2].ident == 117;
    int applied = 0;
    for (int ident = 0; ident < 20; ++ident) {
        applied += holds_user(queue, ident);
    }
    return judge(errors && applied == 17, "{}; {} of 17 applied", describe(got), applied);
}

outcome error_slot_flags() {
    kernel_queue queue;
    const answer got = queue.call({change(99, EVFILT_USER, EV_DELETE, 0, 77)}, 1, at_once);
    const bool same = got.events.size() == 1 && got.events[0].flags == EV_ERROR &&
                      got.events[0].ident == 99 && got.events[0].filter == EVFILT_USER &&
                      reinterpret_cast<std::uintptr_t>(got.events[0].udata) == 77;
    return judge(same, "{}, flags {:#x}", describe(got),
                 got.events.empty() ? 0u : unsigned{got.events[0].flags});
}

outcome receipts() {
    kernel_queue queue;
    const answer got = queue.call({change(1, EVFILT_USER, EV_ADD | EV_CLEAR | EV_RECEIPT),
                                   change(99, EVFILT_USER, EV_DELETE | EV_RECEIPT)},
                                  2, at_once);
    const bool good = got.events.size() == 2 && slot_error(got.events[0]) == 0 &&
                      slot_error(got.events[1]) == ENOENT;
    return judge(good, "{}", describe(got));
}

outcome receipts_alone() {
    kernel_queue queue;
    queue.require(add_user(1));
    queue.require(change(1, EVFILT_USER, 0, NOTE_TRIGGER));
    const answer receipt =
        queue.call({change(2, EVFILT_USER, EV_ADD | EV_CLEAR | EV_RECEIPT)}, 8, patience());
    const answer event = queue.wait(patience());
    return judge(receipt.events.size() == 1 && slot_error(receipt.events[0]) == 0 &&
                     event.only(EVFILT_USER),
                 "{}, next call {}", describe(receipt), describe(event));
}

outcome receipts_without_room() {
    kernel_queue queue;
    const answer got = queue.call({change(1, EVFILT_USER, EV_ADD | EV_CLEAR | EV_RECEIPT),
                                   change(2, EVFILT_USER, EV_ADD | EV_CLEAR | EV_RECEIPT)},
                                  0, at_once);
    const bool first = holds_user(queue, 1);
    const bool second = holds_user(queue, 2);
    return judge(got.result == 0 && first && !second, "{}, first {}, second {}", describe(got),
                 first ? "applied" : "skipped", second ? "applied" : "skipped");
}

outcome error_before_events() {
    kernel_queue queue;
    queue.require(add_user(1));
    queue.require(change(1, EVFILT_USER, 0, NOTE_TRIGGER));
    const answer failed = queue.call({delete_user(99)}, 8, patience());
    const answer event = queue.wait(patience());
    return judge(failed.events.size() == 1 && slot_error(failed.events[0]) == ENOENT &&
                     event.only(EVFILT_USER) && event.events[0].ident == 1,
                 "{}, next call {}", describe(failed), describe(event));
}

outcome changes_ride_the_wait() {
    const stream_pair pair = tcp_pair();
    send_text(pair.client.get(), "hello");
    wait_for(pair.server.get(), POLLIN, patience());
    kernel_queue queue;
    const answer got = queue.call(
        {change(pair.server.get(), EVFILT_READ, EV_ADD | EV_CLEAR), add_user(1)}, 8, patience());
    return judge(got.only(EVFILT_READ) && (got.events[0].flags & EV_ERROR) == 0 &&
                     holds_user(queue, 1),
                 "{}", describe(got));
}

outcome one_array() {
    kernel_queue queue;
    struct kevent both[2] = {add_user(7), change(7, EVFILT_USER, 0, NOTE_TRIGGER, 5)};
    const timespec limit{static_cast<time_t>(patience().count() / 1000), 0};
    const int count = ::kevent(queue.get(), both, 2, both, 2, &limit);
    return judge(count == 1 && both[0].filter == EVFILT_USER && both[0].ident == 7, "{} events, {}",
                 count, describe(both[0]));
}

outcome unknown_registration() {
    const stream_pair pair = tcp_pair();
    kernel_queue queue;
    const int never_added = queue.apply(change(pair.client.get(), EVFILT_READ, EV_DELETE));
    queue.require(change(pair.client.get(), EVFILT_READ, EV_ADD));
    const int other_filter = queue.apply(change(pair.client.get(), EVFILT_WRITE, EV_DELETE));
    const int stale = queue.apply(change(closed_number(), EVFILT_READ, EV_ADD));
    return judge(never_added == ENOENT && other_filter == ENOENT && stale == EBADF,
                 "{}, other filter {}, closed {}", error_name(never_added),
                 error_name(other_filter), error_name(stale));
}

outcome udata_intact() {
    constexpr std::uintptr_t pattern = 0xfedcba9876543210;
    const stream_pair pair = tcp_pair();
    kernel_queue queue;
    queue.require(change(pair.client.get(), EVFILT_WRITE, EV_ADD | EV_CLEAR, 0, pattern));
    const answer got = queue.wait(patience());
    const auto udata =
        got.events.empty() ? 0 : reinterpret_cast<std::uintptr_t>(got.events[0].udata);
    return judge(udata == pattern, "{:#x}", udata);
}

outcome second_add_updates() {
    const stream_pair pair = tcp_pair();
    kernel_queue queue;
    queue.require(change(pair.server.get(), EVFILT_READ, EV_ADD | EV_CLEAR, 0, 1));
    const int error = queue.apply(change(pair.server.get(), EVFILT_READ, EV_ADD | EV_CLEAR, 0, 2));
    send_text(pair.client.get(), "hello");
    const answer got = queue.wait(patience());
    const auto udata =
        got.events.empty() ? 0 : reinterpret_cast<std::uintptr_t>(got.events[0].udata);
    return judge(error == 0 && got.only(EVFILT_READ) && udata == 2, "{}, {} with udata {}",
                 error_name(error), describe(got), udata);
}

outcome disabled_until_enabled() {
    const stream_pair pair = tcp_pair();
    const int fd = pair.client.get();
    kernel_queue queue;
    queue.require(change(fd, EVFILT_WRITE, EV_ADD | EV_CLEAR | EV_DISABLE));
    const answer first = queue.wait(quiet());
    queue.require(change(fd, EVFILT_WRITE, EV_ENABLE));
    const answer second = queue.wait(patience());
    queue.require(change(fd, EVFILT_WRITE, EV_DISABLE));
    const answer third = queue.wait(quiet());
    return judge(first.nothing() && second.only(EVFILT_WRITE) && third.nothing(),
                 "disabled {}, enabled {}, disabled {}", describe(first), describe(second),
                 describe(third));
}

outcome add_does_not_enable() {
    const stream_pair pair = tcp_pair();
    const int fd = pair.client.get();
    kernel_queue queue;
    queue.require(change(fd, EVFILT_WRITE, EV_ADD | EV_CLEAR | EV_DISABLE));
    queue.require(change(fd, EVFILT_WRITE, EV_ADD | EV_CLEAR));
    const answer got = queue.wait(quiet());
    return judge(got.nothing(), "{}", describe(got));
}

outcome dispatch() {
    const stream_pair pair = tcp_pair();
    const int fd = pair.server.get();
    kernel_queue queue;
    queue.require(change(fd, EVFILT_READ, EV_ADD | EV_DISPATCH));
    send_text(pair.client.get(), "hello");
    const answer first = queue.wait(patience());
    const answer second = queue.wait(quiet());
    queue.require(change(fd, EVFILT_READ, EV_ENABLE));
    const answer third = queue.wait(patience());
    return judge(first.only(EVFILT_READ) && second.nothing() && third.only(EVFILT_READ),
                 "{}, {}, enabled {}", describe(first), describe(second), describe(third));
}

outcome close_on_exec() {
    kernel_queue queue;
    must(::fcntl(queue.get(), F_SETFD, FD_CLOEXEC), "fcntl");
    const int flags = must(::fcntl(queue.get(), F_GETFD), "fcntl");
    return judge((flags & FD_CLOEXEC) != 0, "F_GETFD {:#x}", flags);
}

outcome signal_event() {
    struct sigaction action = {};
    action.sa_handler = SIG_IGN;
    ::sigaction(SIGUSR1, &action, nullptr);
    kernel_queue queue;
    queue.require(change(SIGUSR1, EVFILT_SIGNAL, EV_ADD));
    ::kill(::getpid(), SIGUSR1);
    const answer got = queue.wait(patience());
    const answer after = queue.wait(quiet());
    return judge(got.only(EVFILT_SIGNAL) && got.events[0].data == 1 && after.nothing(),
                 "{} events, data {}, then {}", got.events.size(),
                 got.events.empty() ? 0LL : static_cast<long long>(got.events[0].data),
                 describe(after));
}

outcome zero_timeout() {
    kernel_queue queue;
    queue.require(add_user(1));
    const auto start = std::chrono::steady_clock::now();
    const answer got = queue.wait(at_once);
    const double took = elapsed_ms(start);
    return judge(got.nothing() && took < static_cast<double>(patience().count()),
                 "{} after {:.2f} ms", describe(got), took);
}

outcome timeout_never_early() {
    kernel_queue queue;
    double shortest = 1e9;
    double longest = 0;
    for (int i = 0; i < 5; ++i) {
        const auto start = std::chrono::steady_clock::now();
        queue.wait(milliseconds{20});
        shortest = std::min(shortest, elapsed_ms(start));
        longest = std::max(longest, elapsed_ms(start));
    }
    return judge(shortest >= 19.0, "20 ms asked, {:.1f} to {:.1f} ms slept", shortest, longest);
}

outcome bad_timeouts() {
    kernel_queue queue;
    struct kevent room[1];
    const timespec negative{-1, 0};
    const timespec too_many{0, 1000000000};
    const int first = ::kevent(queue.get(), nullptr, 0, room, 1, &negative) < 0 ? errno : 0;
    const int second = ::kevent(queue.get(), nullptr, 0, room, 1, &too_many) < 0 ? errno : 0;
    return judge(first == EINVAL && second == EINVAL, "{} and {}", error_name(first),
                 error_name(second));
}

constexpr const char* room_advice =
    "The kqueue engine calls with room for every change: the failure of one must not lose others.";
constexpr const char* early_advice = "Timers would run before their time.";

constexpr check checks[] = {
    {"kqueue.no_room", "nevents 0, all changes good: 0, applied", room_advice, no_room_success},
    {"kqueue.no_room_failure", "nevents 0: -1 and errno, the rest not applied", room_advice,
     no_room_failure},
    {"kqueue.failure_slots", "each failure takes a slot, all others apply", room_advice,
     failures_take_slots, "errors are not counted when room is left and no event comes"},
    {"kqueue.error_slot", "the change again, flags exactly EV_ERROR", room_advice, error_slot_flags,
     "EV_ERROR is added to the change's own flags"},
    {"kqueue.receipts", "EV_RECEIPT: a slot each, data 0 or errno", room_advice, receipts},
    {"kqueue.receipts_alone", "receipts only; events come with the next call", room_advice,
     receipts_alone, "receipts and events come mixed"},
    {"kqueue.receipt_no_room", "0 after the first change, the rest skipped", room_advice,
     receipts_without_room, "the call fails with EFAULT"},
    {"kqueue.error_first", "errors only; events come with the next call", room_advice,
     error_before_events, "errors and events come mixed"},
    {"kqueue.ride", "changes with room for all, and events, in one call",
     "The kqueue engine sends its changes with the call that waits.", changes_ride_the_wait},
    {"kqueue.one_array", "one array serves for changes and events",
     "The kqueue engine would need two arrays.", one_array},
    {"kqueue.unknown", "ENOENT for no such event, EBADF for a closed one",
     "The kqueue engine tells its own mistakes by these.", unknown_registration},
    {"kqueue.udata", "64 bits come back unchanged", "Events would meet the wrong descriptor.",
     udata_intact},
    {"kqueue.second_add", "EV_ADD again is accepted and updates udata",
     "A slot's new generation would not reach the kernel.", second_add_updates},
    {"kqueue.enable", "silent while disabled, EV_ENABLE reports at once",
     "A blocked send would hang, or every acknowledgement wake the worker.", disabled_until_enabled,
     "EV_ADD|EV_DISABLE may report once"},
    {"kqueue.add_disabled", "EV_ADD leaves a disabled event disabled",
     "Registering twice would wake the worker.", add_does_not_enable,
     "EV_ADD|EV_DISABLE may report once"},
    {"kqueue.dispatch", "EV_DISPATCH: one event, then EV_ENABLE for the next",
     "EV_DISPATCH could not be used to pause a source.", dispatch},
    {"kqueue.cloexec", "fcntl marks a queue close on exec", "Children would inherit the queue.",
     close_on_exec},
    {"kqueue.signal", "EVFILT_SIGNAL counts an ignored signal",
     "SIGINT and SIGTERM could not arrive as events.", signal_event},
    {"kqueue.poll", "a zero timeout returns without waiting",
     "A busy worker would sleep in every turn.", zero_timeout},
    {"kqueue.timeout", "never more than 1 ms early", early_advice, timeout_never_early},
    {"kqueue.bad_timeout", "EINVAL for a negative one and 10^9 ns",
     "The kqueue engine tells its own mistakes by these.", bad_timeouts,
     "timeouts are not checked"},
};

} // namespace

theme kqueue_change_checks() {
    return checks;
}

} // namespace selftest
