// Connecting, accepting and listening.

#include "check.hpp"
#include "facts.hpp"
#include "sockets.hpp"

#include <cerrno>

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace selftest {

namespace {

outcome connect_succeeds() {
    const tcp_listener listener = listen_tcp();
    const descriptor client = tcp_socket();
    const int at_once = connect_loopback(client.get(), AF_INET, listener.port);
    const short events = wait_for(client.get(), POLLOUT, patience());
    const int later = pending_error(client.get());
    const bool good = (at_once == 0 || at_once == EINPROGRESS) && events == POLLOUT && later == 0;
    return judge(good, "connect {}, then poll {:#x}, SO_ERROR {}", error_name(at_once), events,
                 error_name(later));
}

// The error comes back from connect itself, or later by readiness; never both, never neither.
outcome connect_refused() {
    const descriptor owner = tcp_socket(); // holds the port, does not listen
    const std::uint16_t port = bind_port(owner.get(), AF_INET, 0);
    const descriptor client = tcp_socket();
    const int at_once = connect_loopback(client.get(), AF_INET, port);
    if (at_once == ECONNREFUSED) {
        const int again = pending_error(client.get());
        return judge(again == 0, "ECONNREFUSED at once, SO_ERROR {}", error_name(again));
    }
    const short events = wait_for(client.get(), POLLOUT, patience());
    const int later = pending_error(client.get());
    const int again = pending_error(client.get());
    return judge(at_once == EINPROGRESS && events != 0 && later == ECONNREFUSED && again == 0,
                 "connect {}, then poll {:#x}, SO_ERROR {}, then {}", error_name(at_once), events,
                 error_name(later), error_name(again));
}

outcome accept_inherits() {
    const tcp_listener listener = listen_tcp();
    const descriptor client = connected_client(listener);
    wait_for(listener.socket.get(), POLLIN, patience());
    const descriptor server{must(::accept(listener.socket.get(), nullptr, nullptr), "accept")};
    const bool nonblocking = (must(::fcntl(server.get(), F_GETFL), "fcntl") & O_NONBLOCK) != 0;
    return judge(nonblocking == accept_inherits_nonblock, "O_NONBLOCK {}, {} expected here",
                 nonblocking ? "inherited" : "not set",
                 accept_inherits_nonblock ? "inherited" : "not set");
}

outcome accept4_flags() {
    const tcp_listener listener = listen_tcp();
    const descriptor client = connected_client(listener);
    wait_for(listener.socket.get(), POLLIN, patience());
    const descriptor server{
        must(::accept4(listener.socket.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC),
             "accept4")};
    const bool nonblocking = (must(::fcntl(server.get(), F_GETFL), "fcntl") & O_NONBLOCK) != 0;
    const bool closed = (must(::fcntl(server.get(), F_GETFD), "fcntl") & FD_CLOEXEC) != 0;
    return judge(nonblocking && closed, "nonblocking {}, close on exec {}", nonblocking, closed);
}

outcome accept_empty() {
    const tcp_listener listener = listen_tcp();
    const int result = ::accept(listener.socket.get(), nullptr, nullptr);
    const int error = errno;
    return judge(result < 0 && error == EAGAIN, "accept {}, {}", result, error_name(error));
}

// Without a free descriptor accept fails and the connection waits.
outcome accept_without_descriptors() {
    const tcp_listener listener = listen_tcp();
    const descriptor client = connected_client(listener);
    wait_for(listener.socket.get(), POLLIN, patience());

    rlimit limit = {};
    must(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
    const rlim_t usual = limit.rlim_cur;
    const int lowest_free = must(::dup(listener.socket.get()), "dup");
    ::close(lowest_free);
    limit.rlim_cur = static_cast<rlim_t>(lowest_free);
    must(::setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
    const int result = ::accept(listener.socket.get(), nullptr, nullptr);
    const int error = errno;

    limit.rlim_cur = usual;
    must(::setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
    const bool waiting = wait_for(listener.socket.get(), POLLIN, patience()) != 0;
    const descriptor server{::accept(listener.socket.get(), nullptr, nullptr)};
    return judge(result < 0 && error == EMFILE && waiting && server.get() >= 0,
                 "{}, then the connection was {}", error_name(error),
                 server.get() >= 0 ? "accepted" : "lost");
}

// One socket of each family, bound to the same port.
struct both_families {
    descriptor six;
    descriptor four;
    std::uint16_t port = 0;
    int error = 0; // of what failed, when port is 0
};

// The kernel chooses a port for one family that somebody may hold for the other: another is tried.
both_families bind_both(where address) {
    both_families made;
    for (int attempt = 0; attempt < 50 && made.port == 0; ++attempt) {
        made.six = descriptor{::socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
        made.error = errno;
        if (made.six.get() < 0) {
            return made;
        }
        set_option(made.six.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
        const std::uint16_t port = bind_port(made.six.get(), AF_INET6, 0, address);
        made.error = errno;
        if (port == 0) {
            return made;
        }
        made.four = tcp_socket();
        made.port = bind_port(made.four.get(), AF_INET, port, address);
        made.error = errno;
    }
    return made;
}

// Bound to both wildcards, without listening, so that nobody from outside can come in.
outcome wildcards_share_a_port() {
    const both_families pair = bind_both(where::wildcard);
    if (pair.port != 0) {
        return judge(true, "both bound");
    }
    return pair.four.get() < 0 ? skipped("no IPv6: {}", error_name(pair.error))
                               : judge(false, "bind 0.0.0.0: {}", error_name(pair.error));
}

outcome both_families_on_one_port() {
    const both_families pair = bind_both(where::loopback);
    if (pair.port == 0) {
        return pair.four.get() < 0 ? skipped("no IPv6: {}", error_name(pair.error))
                                   : judge(false, "bind 127.0.0.1: {}", error_name(pair.error));
    }
    must(::listen(pair.six.get(), 8), "listen");
    must(::listen(pair.four.get(), 8), "listen");
    const descriptor client6{
        must(::socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket")};
    const descriptor client4 = tcp_socket();
    connect_loopback(client6.get(), AF_INET6, pair.port);
    connect_loopback(client4.get(), AF_INET, pair.port);
    const descriptor server6 = accept_one(pair.six.get());
    const descriptor server4 = accept_one(pair.four.get());
    return judge(true, "one connection on each");
}

outcome connections_spread() {
    constexpr int count = 64;
    const descriptor first = tcp_socket();
    set_option(first.get(), SOL_SOCKET, spreading_option, 1);
    const std::uint16_t port = bind_port(first.get(), AF_INET, 0);
    const descriptor second = tcp_socket();
    set_option(second.get(), SOL_SOCKET, spreading_option, 1);
    if (bind_port(second.get(), AF_INET, port) != port) {
        return judge(false, "second bind: {}", error_name(errno));
    }
    must(::listen(first.get(), count), "listen");
    must(::listen(second.get(), count), "listen");

    const tcp_listener target{descriptor{}, port};
    std::vector<descriptor> clients;
    for (int i = 0; i < count; ++i) {
        clients.push_back(connected_client(target));
    }
    int taken[2] = {0, 0};
    pollfd entries[2] = {{first.get(), POLLIN, 0}, {second.get(), POLLIN, 0}};
    while (taken[0] +
           taken[1]<count&& ::poll(entries, 2, static_cast<int>(patience().count()))> 0) {
        for (int side = 0; side < 2; ++side) {
            const descriptor server{::accept(entries[side].fd, nullptr, nullptr)};
            taken[side] += server.get() >= 0;
        }
    }
    return judge(taken[0] > 0 && taken[1] > 0 && taken[0] + taken[1] == count,
                 "{}: {} and {} of {}", spreading_option_name, taken[0], taken[1], count);
}

constexpr check checks[] = {
    {"connect.succeeds", "0 or EINPROGRESS, then writable, SO_ERROR 0",
     "Connecting is tried first and finished by write readiness: it cannot work otherwise.",
     connect_succeeds},
    {"connect.refused", "ECONNREFUSED, once: returned, or by SO_ERROR",
     "A refused connection would be reported twice or never. Does a firewall drop loopback?",
     connect_refused},
    {"accept.nonblock", "accept copies O_NONBLOCK on FreeBSD only",
     "An accepted socket could block its worker: set the flag on every one.", accept_inherits},
    {"accept.accept4_flags", "accept4 sets O_NONBLOCK and FD_CLOEXEC",
     "Accepted sockets would need two more calls each.", accept4_flags},
    {"accept.empty", "EAGAIN on an empty queue", "The accept loop ends at EAGAIN.", accept_empty},
    {"accept.emfile", "EMFILE leaves the connection in the queue",
     "Connections that arrive while descriptors are short would be lost, not delayed.",
     accept_without_descriptors},
    {"listen.wildcards", "[::] with IPV6_V6ONLY and 0.0.0.0 share a port",
     "[::]:PORT opens one listener for each family: it would fail with an address in use.",
     wildcards_share_a_port},
    {"listen.two_families", "each family's listener gets its own clients",
     "[::]:PORT opens one listener for each family.", both_families_on_one_port},
    {"listen.spreads", "two listeners on a port share the connections",
     "All connections would land on one worker.", connections_spread},
};

} // namespace

theme connect_checks() {
    return checks;
}

} // namespace selftest
