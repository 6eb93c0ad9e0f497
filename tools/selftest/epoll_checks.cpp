// What the epoll engine relies on: one edge-triggered registration for the life of a socket.

#include "check.hpp"
#include "sockets.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace selftest {

namespace {

constexpr std::uint32_t all_edges = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;

class queue {
  public:
    queue() : fd_{must(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")} {}

    // epoll_ctl: 0 or errno.
    int control(int operation, int fd, std::uint32_t events, std::uint64_t udata = 1) {
        epoll_event event = {};
        event.events = events;
        event.data.u64 = udata;
        return ::epoll_ctl(fd_.get(), operation, fd, &event) == 0 ? 0 : errno;
    }

    void add(int fd, std::uint32_t events = all_edges) {
        const int error = control(EPOLL_CTL_ADD, fd, events);
        if (error != 0) {
            throw setup_failed{"EPOLL_CTL_ADD: " + error_name(error)};
        }
    }

    // One epoll_wait: the first event, or one with events 0.
    epoll_event next(milliseconds limit) {
        epoll_event event = {};
        ::epoll_wait(fd_.get(), &event, 1, static_cast<int>(limit.count()));
        return event;
    }

    std::uint32_t wait(milliseconds limit) { return next(limit).events; }

    // Waits until all wanted bits were reported, over several edges if need be: what was seen.
    std::uint32_t collect(std::uint32_t wanted) {
        std::uint32_t seen = 0;
        const auto start = std::chrono::steady_clock::now();
        while ((seen & wanted) != wanted &&
               elapsed_ms(start) < static_cast<double>(patience().count())) {
            seen |= wait(quiet());
        }
        return seen;
    }

  private:
    descriptor fd_;
};

outcome add_reports_ready() {
    const stream_pair pair = tcp_pair();
    send_text(pair.client.get(), "hello");
    wait_for(pair.server.get(), POLLIN, patience());
    queue events;
    events.add(pair.server.get());
    const std::uint32_t first = events.wait(patience());
    const std::uint32_t second = events.wait(quiet());
    return judge(first == (EPOLLIN | EPOLLOUT) && second == 0, "{:#x}, then {:#x}", first, second);
}

outcome short_read_ends_turn() {
    constexpr int rounds = 1000;
    const stream_pair pair = tcp_pair();
    queue events;
    events.add(pair.server.get());
    bool stuck = false;
    std::size_t bytes = 0;
    for (int round = 0; round < rounds && !stuck; ++round) {
        send_text(pair.client.get(), "hello");
        std::size_t got = 0;
        while (got < 5 && !stuck) {
            if ((events.wait(patience()) & EPOLLIN) == 0) {
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
    queue events;
    events.add(pair.server.get());
    events.wait(patience()); // writable
    send_text(pair.client.get(), "hello");
    const std::uint32_t first = events.collect(EPOLLIN);
    receive(pair.server.get(), 2);
    const std::uint32_t rest = events.wait(quiet());
    send_text(pair.client.get(), "again");
    const std::uint32_t fresh = events.collect(EPOLLIN);
    const drained got = drain(pair.server.get());
    return judge((first & EPOLLIN) != 0 && rest == 0 && (fresh & EPOLLIN) != 0 && got.bytes == 8,
                 "{:#x}, {:#x} for the rest, {:#x} for new bytes, {} bytes", first, rest, fresh,
                 got.bytes);
}

// Acknowledgements alone wake nobody; EPOLLOUT rides on an event for reading.
outcome writable_without_block() {
    const stream_pair pair = tcp_pair();
    queue events;
    events.add(pair.client.get());
    const std::uint32_t first = events.wait(patience());
    send_text(pair.client.get(), "hello");
    wait_for(pair.server.get(), POLLIN, patience());
    drain(pair.server.get());
    const std::uint32_t acknowledged = events.wait(quiet());
    send_text(pair.server.get(), "answer");
    const std::uint32_t answered = events.wait(patience());
    return judge(first == EPOLLOUT && acknowledged == 0 && answered == (EPOLLIN | EPOLLOUT),
                 "{:#x} at first, {:#x} when acknowledged, {:#x} when answered", first,
                 acknowledged, answered);
}

// Sends as the engine does: to EAGAIN, and again at every EPOLLOUT. Once that is over because the
// peer does not read, its reading must bring the next EPOLLOUT.
outcome writable_after_block() {
    const stream_pair pair = tcp_pair(buffers::small);
    queue events;
    events.add(pair.client.get());
    std::size_t sent = 0;
    do {
        sent += send_until_blocked(pair.client.get());
    } while (events.wait(quiet()) != 0);
    std::uint32_t after = 0;
    const auto start = std::chrono::steady_clock::now();
    while (after == 0 && elapsed_ms(start) < static_cast<double>(patience().count())) {
        drain(pair.server.get());
        after = events.wait(milliseconds{5});
    }
    return judge(after == EPOLLOUT, "{} bytes sent, {:#x} after reading", sent, after);
}

outcome close_removes() {
    stream_pair pair = tcp_pair();
    queue events;
    events.add(pair.server.get());
    events.wait(patience());
    send_text(pair.client.get(), "hello");
    wait_for(pair.server.get(), POLLIN, patience());
    const int number = pair.server.get();
    pair.server.close();
    const std::uint32_t after = events.wait(quiet());
    const descriptor other = tcp_socket();
    const int error = events.control(EPOLL_CTL_MOD, other.get(), all_edges);
    return judge(after == 0 && other.get() == number && error == ENOENT,
                 "pending event {:#x}, EPOLL_CTL_MOD on the number {}", after, error_name(error));
}

outcome eventfd_without_read() {
    constexpr int rounds = 100;
    const descriptor bell{must(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd")};
    queue events;
    events.add(bell.get(), EPOLLIN | EPOLLET);
    int woken = 0;
    for (int round = 0; round < rounds; ++round) {
        must(::eventfd_write(bell.get(), 1), "eventfd_write");
        woken += events.wait(patience()) == EPOLLIN;
    }
    const std::uint32_t after = events.wait(quiet());
    return judge(woken == rounds && after == 0, "{} of {} writes woke, then {:#x}", woken, rounds,
                 after);
}

outcome eventfd_coalesces() {
    const descriptor bell{must(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd")};
    queue events;
    events.add(bell.get(), EPOLLIN | EPOLLET);
    must(::eventfd_write(bell.get(), 1), "eventfd_write");
    must(::eventfd_write(bell.get(), 1), "eventfd_write");
    const std::uint32_t first = events.wait(patience());
    const std::uint32_t second = events.wait(quiet());
    return judge(first == EPOLLIN && second == 0, "{:#x}, then {:#x}", first, second);
}

outcome peer_shutdown() {
    const stream_pair pair = tcp_pair();
    queue events;
    events.add(pair.server.get());
    send_text(pair.client.get(), "hello");
    must(::shutdown(pair.client.get(), SHUT_WR), "shutdown");
    const std::uint32_t seen = events.collect(EPOLLIN | EPOLLRDHUP);
    const drained got = drain(pair.server.get());
    return judge((seen & (EPOLLIN | EPOLLRDHUP)) == (EPOLLIN | EPOLLRDHUP) &&
                     (seen & (EPOLLHUP | EPOLLERR)) == 0 && got.bytes == 5 && got.ended == 0,
                 "{:#x}, {} bytes, end {}", seen, got.bytes, error_name(got.ended));
}

outcome connection_reset() {
    stream_pair pair = tcp_pair();
    queue events;
    events.add(pair.server.get());
    events.wait(patience());
    reset(pair.client);
    const std::uint32_t wanted = EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR;
    const std::uint32_t seen = events.collect(wanted);
    const int got = receive(pair.server.get());
    return judge((seen & wanted) == wanted && got == -ECONNRESET, "{:#x}, recv {}", seen,
                 got < 0 ? error_name(-got) : fmt::to_string(got));
}

// The engine registers a socket only once connect was called.
outcome refused_connection() {
    const descriptor owner = tcp_socket();
    const std::uint16_t port = bind_port(owner.get(), AF_INET, 0);
    const descriptor client = tcp_socket();
    const int at_once = connect_loopback(client.get(), AF_INET, port);
    queue events;
    events.add(client.get());
    const std::uint32_t seen = events.wait(patience());
    const int error = at_once == EINPROGRESS ? pending_error(client.get()) : at_once;
    return judge((seen & EPOLLHUP) != 0 && error == ECONNREFUSED, "{:#x}, {}", seen,
                 error_name(error));
}

outcome listener_is_silent() {
    const tcp_listener listener = listen_tcp();
    const descriptor one = connected_client(listener);
    const descriptor two = connected_client(listener);
    queue events;
    events.add(listener.socket.get(), EPOLLIN | EPOLLET);
    const std::uint32_t first = events.wait(patience());
    while (events.wait(quiet()) != 0) {
    }
    const descriptor taken = accept_one(listener.socket.get());
    const std::uint32_t rest = events.wait(quiet());
    const descriptor three = connected_client(listener);
    const std::uint32_t fresh = events.wait(patience());
    return judge(first == EPOLLIN && rest == 0 && fresh == EPOLLIN,
                 "{:#x}, {:#x} after one accept, {:#x} for a new client", first, rest, fresh);
}

outcome truncating_receive() {
    const stream_pair pair = tcp_pair();
    send_text(pair.client.get(), std::string(1000, 'x') + "tail");
    wait_for(pair.server.get(), POLLIN, patience());
    std::string buffer(1000, '-');
    const auto discarded = ::recv(pair.server.get(), buffer.data(), buffer.size(), MSG_TRUNC);
    const bool untouched = buffer == std::string(1000, '-');
    const drained rest = drain(pair.server.get());
    return judge(discarded == 1000 && untouched && rest.bytes == 4,
                 "{} bytes gone, {} left, buffer {}", discarded, rest.bytes,
                 untouched ? "untouched" : "written");
}

outcome udata_intact() {
    constexpr std::uint64_t pattern = 0xfedcba9876543210;
    const stream_pair pair = tcp_pair();
    queue events;
    events.control(EPOLL_CTL_ADD, pair.server.get(), all_edges, pattern);
    const std::uint64_t got = events.next(patience()).data.u64;
    return judge(got == pattern, "{:#x}", got);
}

outcome registration_errors() {
    const stream_pair pair = tcp_pair();
    queue events;
    const int unknown = events.control(EPOLL_CTL_MOD, pair.server.get(), all_edges);
    events.add(pair.server.get());
    const int twice = events.control(EPOLL_CTL_ADD, pair.server.get(), all_edges);
    const descriptor file{must(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC), "open")};
    const int regular = events.control(EPOLL_CTL_ADD, file.get(), EPOLLIN);
    return judge(unknown == ENOENT && twice == EEXIST && regular == EPERM,
                 "unknown {}, twice {}, regular file {}", error_name(unknown), error_name(twice),
                 error_name(regular));
}

// EPOLL_CTL_MOD is the way to ask again for what may have been missed.
outcome modify_reports_again() {
    const stream_pair pair = tcp_pair();
    queue events;
    events.add(pair.server.get());
    events.wait(patience());
    const std::uint32_t silent = events.wait(quiet());
    events.control(EPOLL_CTL_MOD, pair.server.get(), all_edges);
    const std::uint32_t again = events.wait(patience());
    return judge(silent == 0 && again == EPOLLOUT, "{:#x}, then {:#x}", silent, again);
}

outcome never_early() {
    queue events;
    double shortest = 1e9;
    for (int i = 0; i < 5; ++i) {
        const auto start = std::chrono::steady_clock::now();
        events.wait(milliseconds{20});
        shortest = std::min(shortest, elapsed_ms(start));
    }
    return judge(shortest >= 19.0, "20 ms asked, {:.1f} ms slept at least", shortest);
}

constexpr const char* turn_advice =
    "The epoll engine ends a turn at a short read: connections would hang.";
constexpr const char* wake_advice =
    "A worker's doorbell is an eventfd that is never read: messages would wait.";

constexpr check checks[] = {
    {"epoll.add_ready", "EPOLLET, already readable: one event, at once",
     "Bytes that came before the registration would wait for ever.", add_reports_ready},
    {"epoll.short_read", "after a short read new bytes make a new event", turn_advice,
     short_read_ends_turn},
    {"epoll.rest", "no event for bytes left behind, one for new bytes",
     "The engine requeues what it stopped; it must not rely on a second event.", rest_is_silent},
    {"epoll.out_unblocked", "no EPOLLOUT alone unless a send blocked",
     "Every acknowledgement would wake the worker.", writable_without_block},
    {"epoll.out_blocked", "after EAGAIN: EPOLLOUT once the peer has read",
     "A blocked send would hang.", writable_after_block},
    {"epoll.close", "close drops the registration and its events",
     "A reused descriptor number would get its predecessor's events.", close_removes},
    {"epoll.eventfd_edge", "each write is an event, without reading", wake_advice,
     eventfd_without_read},
    {"epoll.eventfd_twice", "two writes before a wait: one event", wake_advice, eventfd_coalesces},
    {"epoll.rdhup", "EPOLLIN and EPOLLRDHUP, neither HUP nor ERR",
     "A half-close would end the whole connection.", peer_shutdown},
    {"epoll.reset", "IN, RDHUP, HUP and ERR, then recv ECONNRESET",
     "A reset would go unnoticed, or look like a regular end.", connection_reset},
    {"epoll.refused", "EPOLLHUP, and the error once", "A refused connection would hang.",
     refused_connection},
    {"epoll.listener", "no event for clients left in the queue",
     "The engine requeues a listener that it left early.", listener_is_silent},
    {"epoll.msg_trunc", "recv with MSG_TRUNC discards without copying",
     "Discarding would cost as much as reading.", truncating_receive},
    {"epoll.udata", "64 bits come back unchanged", "Events would meet the wrong descriptor.",
     udata_intact},
    {"epoll.errors", "ENOENT, EEXIST, EPERM for a regular file",
     "The engine tells its own mistakes by these.", registration_errors},
    {"epoll.modify", "EPOLL_CTL_MOD reports a true condition again",
     "Asking again after a pause would find nothing.", modify_reports_again},
    {"epoll.timeout", "never more than 1 ms early", "Timers would run before their time.",
     never_early},
};

} // namespace

theme epoll_checks() {
    return checks;
}

} // namespace selftest
