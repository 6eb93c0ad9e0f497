// EVFILT_READ and EVFILT_WRITE on connected sockets, as the kqueue engine registers them.

#include "check.hpp"
#include "kqueue.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>

#include <poll.h>
#include <sys/socket.h>

namespace selftest {

namespace {

struct kevent add_read(int fd) {
    return change(fd, EVFILT_READ, EV_ADD | EV_CLEAR);
}

struct kevent add_write(int fd) {
    return change(fd, EVFILT_WRITE, EV_ADD | EV_CLEAR);
}

bool at_end(const struct kevent& event) {
    return (event.flags & EV_EOF) != 0;
}

const struct kevent* find(const answer& got, int filter) {
    const auto found = std::find_if(got.events.begin(), got.events.end(),
                                    [filter](const auto& event) { return event.filter == filter; });
    return found == got.events.end() ? nullptr : &*found;
}

outcome add_reports_ready() {
    const stream_pair pair = tcp_pair();
    send_text(pair.client.get(), "hello");
    wait_for(pair.server.get(), POLLIN, patience());
    kernel_queue queue;
    queue.require(add_read(pair.server.get()));
    const answer first = queue.wait(patience());
    const answer second = queue.wait(quiet());
    return judge(first.only(EVFILT_READ) && first.events[0].data == 5 && second.nothing(),
                 "{}, then {}", describe(first), describe(second));
}

outcome bytes_and_end() {
    const stream_pair pair = tcp_pair();
    kernel_queue queue;
    send_text(pair.client.get(), "hello");
    must(::shutdown(pair.client.get(), SHUT_WR), "shutdown");
    wait_for_end(pair.server.get());
    queue.require(add_read(pair.server.get()));
    const answer first = queue.wait(patience());
    const bool one = first.only(EVFILT_READ) && at_end(first.events[0]) &&
                     first.events[0].data == 5 && first.events[0].fflags == 0;
    const drained got = drain(pair.server.get());
    const answer second = queue.wait(quiet());
    return judge(one && got.bytes == 5 && got.ended == 0 && second.nothing(),
                 "{}; {} bytes; then {}", describe(first), got.bytes, describe(second));
}

outcome end_alone() {
    const stream_pair pair = tcp_pair();
    kernel_queue queue;
    queue.require(add_read(pair.server.get()));
    must(::shutdown(pair.client.get(), SHUT_WR), "shutdown");
    const answer first = queue.wait(patience());
    const answer second = queue.wait(quiet());
    const bool one =
        first.only(EVFILT_READ) && at_end(first.events[0]) && first.events[0].fflags == 0;
    return judge(one && second.nothing(), "{}, then {}", describe(first), describe(second));
}

// Reading stops at the first short read and never meets EAGAIN on purpose.
outcome short_read_ends_turn() {
    constexpr int rounds = 1000;
    const stream_pair pair = tcp_pair();
    kernel_queue queue;
    queue.require(add_read(pair.server.get()));
    bool stuck = false;
    std::size_t bytes = 0;
    for (int round = 0; round < rounds && !stuck; ++round) {
        send_text(pair.client.get(), "hello");
        std::size_t got = 0;
        while (got < 5 && !stuck) {
            if (!queue.wait(patience()).only(EVFILT_READ)) {
                stuck = true;
            }
            got += static_cast<std::size_t>(std::max(receive(pair.server.get()), 0));
        }
        bytes += got;
    }
    return judge(!stuck && bytes == rounds * 5, "{} of {} bytes{}", bytes, rounds * 5,
                 !stuck ? "" : ", then stuck");
}

// Who stops with bytes left gets no second event for them: it must come back by itself.
outcome rest_is_silent() {
    const stream_pair pair = tcp_pair();
    kernel_queue queue;
    queue.require(add_read(pair.server.get()));
    send_text(pair.client.get(), "hello");
    const answer first = queue.wait(patience());
    receive(pair.server.get(), 2);
    const answer rest = queue.wait(quiet());
    send_text(pair.client.get(), "again");
    const answer fresh = queue.wait(patience());
    const drained got = drain(pair.server.get());
    return judge(first.only(EVFILT_READ) && rest.nothing() && fresh.only(EVFILT_READ) &&
                     got.bytes == 8,
                 "{}, rest {}, fresh {}, {} bytes", describe(first), describe(rest),
                 describe(fresh), got.bytes);
}

outcome close_removes() {
    stream_pair pair = tcp_pair();
    kernel_queue queue;
    queue.require(add_read(pair.server.get()));
    queue.require(change(pair.server.get(), EVFILT_WRITE, EV_ADD | EV_CLEAR | EV_DISABLE));
    send_text(pair.client.get(), "hello");
    wait_for(pair.server.get(), POLLIN, patience());
    const int number = pair.server.get();
    pair.server.close();
    const answer after = queue.wait(quiet());
    const descriptor other = tcp_socket();
    const int read = queue.apply(change(other.get(), EVFILT_READ, EV_DELETE));
    const int write = queue.apply(change(other.get(), EVFILT_WRITE, EV_DELETE));
    return judge(after.nothing() && other.get() == number && read == ENOENT && write == ENOENT,
                 "pending {}, EV_DELETE {} and {}", describe(after), error_name(read),
                 error_name(write));
}

outcome delete_removes_pending() {
    const stream_pair pair = tcp_pair();
    kernel_queue queue;
    queue.require(add_read(pair.server.get()));
    send_text(pair.client.get(), "hello");
    wait_for(pair.server.get(), POLLIN, patience());
    queue.require(change(pair.server.get(), EVFILT_READ, EV_DELETE));
    const answer got = queue.wait(quiet());
    return judge(got.nothing(), "{}", describe(got));
}

outcome reset_after_bytes() {
    stream_pair pair = tcp_pair();
    send_text(pair.client.get(), "hello");
    wait_for(pair.server.get(), POLLIN, patience());
    reset(pair.client);
    wait_for_end(pair.server.get());
    kernel_queue queue;
    const answer got =
        queue.call({add_read(pair.server.get()), add_write(pair.server.get())}, 8, patience());
    const struct kevent* read = find(got, EVFILT_READ);
    const struct kevent* write = find(got, EVFILT_WRITE);
    const bool events = read != nullptr && write != nullptr && at_end(*read) && at_end(*write) &&
                        read->fflags == ECONNRESET && write->fflags == ECONNRESET;
    const int bytes = receive(pair.server.get());
    const int ended = receive(pair.server.get());
    const int error = pending_error(pair.server.get());
    return judge(events && bytes == 5 && ended == -ECONNRESET && error == 0,
                 "{}; recv {}, {}; SO_ERROR {}", describe(got), bytes,
                 ended < 0 ? error_name(-ended) : fmt::to_string(ended), error_name(error));
}

// The RST arrives while both filters are registered: the end comes as an event of its own.
outcome reset_is_an_event() {
    stream_pair pair = tcp_pair();
    kernel_queue queue;
    queue.require(add_read(pair.server.get()));
    reset(pair.client);
    const answer got = queue.wait(patience());
    const int ended = receive(pair.server.get());
    return judge(got.only(EVFILT_READ) && at_end(got.events[0]) && ended == -ECONNRESET,
                 "{}, recv {}", describe(got),
                 ended < 0 ? error_name(-ended) : fmt::to_string(ended));
}

outcome writable_at_once() {
    const stream_pair pair = tcp_pair();
    kernel_queue queue;
    queue.require(add_write(pair.client.get()));
    const answer got = queue.wait(patience());
    return judge(got.only(EVFILT_WRITE) && !at_end(got.events[0]), "{}", describe(got));
}

// Sends as the engine does: to EAGAIN, then asks for WRITE, and sends again at every event. Once
// that is over because the peer does not read, its reading must bring the next event.
outcome writable_after_block(kernel_queue& queue, const stream_pair& pair,
                             const struct kevent& armed) {
    std::size_t sent = send_until_blocked(pair.client.get());
    queue.require(armed);
    while (!queue.wait(quiet()).nothing()) {
        sent += send_until_blocked(pair.client.get());
    }
    answer after;
    const auto start = std::chrono::steady_clock::now();
    while (after.nothing() && elapsed_ms(start) < static_cast<double>(patience().count())) {
        drain(pair.server.get());
        after = queue.wait(milliseconds{5});
    }
    return judge(after.only(EVFILT_WRITE) && !at_end(after.events[0]),
                 "{} bytes sent, after reading {}", sent, describe(after));
}

outcome add_when_blocked() {
    const stream_pair pair = tcp_pair(buffers::small);
    kernel_queue queue;
    return writable_after_block(queue, pair, add_write(pair.client.get()));
}

outcome enable_when_blocked() {
    const stream_pair pair = tcp_pair(buffers::small);
    const int fd = pair.client.get();
    kernel_queue queue;
    queue.require(change(fd, EVFILT_WRITE, EV_ADD | EV_CLEAR | EV_DISABLE));
    return writable_after_block(queue, pair, change(fd, EVFILT_WRITE, EV_ENABLE));
}

// EV_CLEAR on WRITE fires at every acknowledgement; a deleted filter must not.
outcome silent_when_deleted() {
    const stream_pair pair = tcp_pair();
    const int fd = pair.client.get();
    kernel_queue queue;
    queue.require(add_write(fd));
    queue.wait(patience());
    queue.require(change(fd, EVFILT_WRITE, EV_DELETE));
    send_text(fd, "hello");
    wait_for(pair.server.get(), POLLIN, patience());
    drain(pair.server.get());
    const answer got = queue.wait(quiet());
    return judge(got.nothing(), "{}", describe(got));
}

outcome unconnected_is_silent() {
    const descriptor fresh = tcp_socket();
    kernel_queue queue;
    queue.require(add_read(fresh.get()));
    queue.require(add_write(fresh.get()));
    const answer got = queue.wait(quiet());
    return judge(got.nothing(), "{}", describe(got));
}

outcome half_close(const stream_pair& pair) {
    kernel_queue queue;
    queue.require(add_read(pair.server.get()));
    must(::shutdown(pair.client.get(), SHUT_WR), "shutdown");
    wait_for_end(pair.server.get());
    queue.require(add_write(pair.server.get()));
    const answer got = queue.wait(patience());
    const struct kevent* read = find(got, EVFILT_READ);
    const struct kevent* write = find(got, EVFILT_WRITE);
    return judge(read != nullptr && at_end(*read) && write != nullptr && !at_end(*write), "{}",
                 describe(got));
}

outcome tcp_half_close() {
    return half_close(tcp_pair());
}

outcome unix_half_close() {
    return half_close(unix_pair());
}

outcome unix_close() {
    stream_pair pair = unix_pair();
    pair.client.close();
    kernel_queue queue;
    const answer got =
        queue.call({add_read(pair.server.get()), add_write(pair.server.get())}, 8, patience());
    const struct kevent* read = find(got, EVFILT_READ);
    const struct kevent* write = find(got, EVFILT_WRITE);
    return judge(read != nullptr && at_end(*read) && write != nullptr && at_end(*write), "{}",
                 describe(got));
}

outcome batch_of_events() {
    constexpr std::size_t count = 100;
    std::vector<stream_pair> pairs;
    kernel_queue queue;
    for (std::size_t i = 0; i < count; ++i) {
        pairs.push_back(unix_pair());
        queue.require(add_read(pairs.back().server.get()));
        send_text(pairs.back().client.get(), "hello");
    }
    const answer got = queue.wait(patience(), count);
    const answer after = queue.wait(quiet(), count);
    return judge(got.events.size() == count && after.nothing(), "{} events, then {}",
                 got.events.size(), describe(after));
}

constexpr const char* turn_advice =
    "The kqueue engine ends a turn at a short read: connections would hang.";
constexpr const char* end_advice = "The end of a connection would be missed, or seen twice.";
constexpr const char* write_advice =
    "The kqueue engine arms WRITE only while a send is blocked: sends would hang.";

constexpr check checks[] = {
    {"read.add_ready", "EV_ADD reports bytes already there, once",
     "Bytes that came before the registration would wait for ever.", add_reports_ready},
    {"read.bytes_and_end", "one event: EV_EOF, data 5, fflags 0; no more", end_advice,
     bytes_and_end},
    {"read.end", "one event with EV_EOF and fflags 0; no more", end_advice, end_alone},
    {"read.short_read", "after a short read new bytes make a new event", turn_advice,
     short_read_ends_turn},
    {"read.rest", "no event for bytes left behind, one for new bytes",
     "The engine requeues what it stopped; it must not rely on a second event.", rest_is_silent},
    {"read.reset", "EV_EOF, then recv ECONNRESET", end_advice, reset_is_an_event,
     "the event clears the error: it is in fflags only"},
    {"read.reset_after_bytes", "READ, WRITE: EV_EOF, ECONNRESET; bytes readable", end_advice,
     reset_after_bytes, "Linux discards the bytes, and the event clears the error"},
    {"close.removes", "close drops the events and what is pending",
     "A reused descriptor number would get its predecessor's events.", close_removes,
     "events outlive their descriptor: EV_DELETE comes before close"},
    {"delete.removes", "EV_DELETE drops a pending event", "A closed stream would get an event.",
     delete_removes_pending},
    {"write.at_once", "EV_ADD reports a writable socket", write_advice, writable_at_once},
    {"write.add_blocked", "EV_ADD after EAGAIN: fires once the peer reads", write_advice,
     add_when_blocked},
    {"write.enable_blocked", "EV_ENABLE after EAGAIN: fires once the peer reads", write_advice,
     enable_when_blocked, "EV_ADD|EV_DISABLE may report once"},
    {"write.deleted", "no event at acknowledgements after EV_DELETE",
     "Every acknowledgement would wake the worker.", silent_when_deleted},
    {"write.unconnected", "no event before connect",
     "A socket registered early would look connected.", unconnected_is_silent,
     "an unconnected socket reports EV_EOF"},
    {"tcp.half_close_events", "EV_EOF on READ only", end_advice, tcp_half_close},
    {"unix.half_close_events", "EV_EOF on READ only", end_advice, unix_half_close},
    {"unix.close_events", "EV_EOF on READ and WRITE", end_advice, unix_close},
    {"kqueue.batch", "100 sockets, 100 events in one call", "Events would be lost.",
     batch_of_events},
};

} // namespace

theme kqueue_socket_checks() {
    return checks;
}

} // namespace selftest
