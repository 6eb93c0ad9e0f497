// EVFILT_READ on listeners, EVFILT_WRITE on sockets that are connecting.

#include "check.hpp"
#include "kqueue.hpp"

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

// Waits for READ events until one says that so many connections are queued: the last data seen.
long long wait_for_queued(kernel_queue& queue, long long wanted) {
    long long last = -1;
    const auto start = std::chrono::steady_clock::now();
    while (last < wanted && elapsed_ms(start) < static_cast<double>(patience().count())) {
        const answer got = queue.wait(quiet());
        if (got.only(EVFILT_READ)) {
            last = static_cast<long long>(got.events[0].data);
        }
    }
    return last;
}

outcome bounded_accept_refires() {
    const tcp_listener listener = listen_tcp();
    kernel_queue queue;
    queue.require(add_read(listener.socket.get()));
    std::vector<descriptor> clients;
    for (int i = 0; i < 5; ++i) {
        clients.push_back(connected_client(listener));
    }
    const long long queued = wait_for_queued(queue, 5);
    std::vector<descriptor> taken;
    taken.push_back(accept_one(listener.socket.get()));
    taken.push_back(accept_one(listener.socket.get()));
    const answer second = queue.wait(patience());
    for (int i = 0; i < 3; ++i) {
        taken.push_back(accept_one(listener.socket.get()));
    }
    const answer third = queue.wait(quiet());
    return judge(
        queued == 5 && second.only(EVFILT_READ) && second.events[0].data == 3 && third.nothing(),
        "data {}; two taken: {}; all taken: {}", queued, describe(second), describe(third));
}

outcome listener_reports() {
    const tcp_listener listener = listen_tcp();
    kernel_queue queue;
    queue.require(add_read(listener.socket.get()));
    const answer before = queue.wait(quiet());
    const descriptor client = connected_client(listener);
    const answer after = queue.wait(patience());
    const descriptor server = accept_one(listener.socket.get());
    return judge(before.nothing() && after.only(EVFILT_READ) && server.get() >= 0, "{}, then {}",
                 describe(before), describe(after));
}

outcome listener_already_queued() {
    const tcp_listener listener = listen_tcp();
    const descriptor client = connected_client(listener);
    wait_for(listener.socket.get(), POLLIN, patience());
    kernel_queue queue;
    queue.require(add_read(listener.socket.get()));
    const answer got = queue.wait(patience());
    return judge(got.only(EVFILT_READ) && got.events[0].data == 1, "{}", describe(got));
}

outcome connect_event() {
    const tcp_listener listener = listen_tcp();
    const descriptor client = tcp_socket();
    const int at_once = connect_loopback(client.get(), AF_INET, listener.port);
    kernel_queue queue;
    queue.require(add_write(client.get()));
    const answer got = queue.wait(patience());
    const int error = pending_error(client.get());
    return judge((at_once == 0 || at_once == EINPROGRESS) && got.only(EVFILT_WRITE) &&
                     (got.events[0].flags & EV_EOF) == 0 && error == 0,
                 "connect {}, {}, SO_ERROR {}", error_name(at_once), describe(got),
                 error_name(error));
}

// The error is either connect's own, consumed by its return, or the event's.
outcome refused_event() {
    const descriptor owner = tcp_socket();
    const std::uint16_t port = bind_port(owner.get(), AF_INET, 0);
    const descriptor client = tcp_socket();
    const int at_once = connect_loopback(client.get(), AF_INET, port);
    kernel_queue queue;
    queue.require(add_write(client.get()));
    const answer got = queue.wait(patience());
    const bool ended = got.only(EVFILT_WRITE) && (got.events[0].flags & EV_EOF) != 0;
    const auto fflags = got.events.empty() ? 0u : got.events[0].fflags;
    const bool good =
        at_once == ECONNREFUSED ? fflags == 0 : at_once == EINPROGRESS && fflags == ECONNREFUSED;
    return judge(ended && good, "connect {}, {}", error_name(at_once), describe(got));
}

constexpr check checks[] = {
    {"listener.refires", "EV_CLEAR: data counts; accepting two refires with 3",
     "A bounded accept would leave clients in the queue.", bounded_accept_refires,
     "data is always 1 and a bounded accept does not fire again"},
    {"listener.event", "silent when empty, one event for a client",
     "Connections would not be accepted.", listener_reports},
    {"listener.add_ready", "EV_ADD reports a client already queued",
     "Clients that came before the registration would wait.", listener_already_queued},
    {"connect.event", "WRITE without EV_EOF once connected", "Connecting would hang.",
     connect_event},
    {"connect.refused_event", "WRITE with EV_EOF; the error once",
     "A refused connection would look established.", refused_event},
};

} // namespace

theme kqueue_listener_checks() {
    return checks;
}

} // namespace selftest
