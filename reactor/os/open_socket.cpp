// Making sockets: the part of system_kernel that opens, binds and listens.

#include <iapp/reactor/os/sockaddr.hpp>
#include <iapp/reactor/os/socket_tuning.hpp>
#include <iapp/reactor/os/system_kernel.hpp>

#include <cerrno>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace iapp {

namespace {

result<descriptor> open_socket(const address& for_address) noexcept {
    int domain = AF_UNIX;
    if (for_address.family() == address_family::ipv4) {
        domain = AF_INET;
    } else if (for_address.family() == address_family::ipv6) {
        domain = AF_INET6;
    }
    const int fd = ::socket(domain, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return last_error();
    }
    return fd;
}

std::error_code switch_on(descriptor fd, int level, int option) noexcept {
    const int on = 1;
    return ::setsockopt(fd, level, option, &on, sizeof on) == 0 ? std::error_code{} : last_error();
}

} // namespace

result<descriptor> system_kernel::open_stream(const address& to, const stream_options& options) {
    ++calls_;
    const result<descriptor> fd = open_socket(to);
    if (!fd) {
        return fd.error();
    }
    if (const std::error_code refused = set_options(*fd, options)) {
        close(*fd);
        return refused;
    }
    return *fd;
}

result<descriptor> system_kernel::open_listener(const address& at, const listen_options& options) {
    ++calls_;
    const result<descriptor> fd = open_socket(at);
    if (!fd) {
        return fd.error();
    }
    result<descriptor> ready = bind_and_listen(*fd, at, options);
    if (!ready) {
        close(*fd);
    }
    return ready;
}

result<descriptor> system_kernel::bind_and_listen(descriptor fd, const address& at,
                                                  const listen_options& options) {
    const bool is_unix = at.family() == address_family::unix_path;
    std::error_code refused = set_options(fd, options.stream);
    if (!refused && !is_unix) {
        ++calls_;
        refused = switch_on(fd, SOL_SOCKET, SO_REUSEADDR);
    }
    if (!refused && at.family() == address_family::ipv6) {
        // Always: dual-stack sockets take no part in load balancing (see listen_addresses).
        ++calls_;
        refused = switch_on(fd, IPPROTO_IPV6, IPV6_V6ONLY);
    }
    if (!refused && !is_unix && options.balance) {
        ++calls_;
        refused = switch_on(fd, SOL_SOCKET, os::balance_option);
    }
    if (!refused) {
        refused = bind_replacing_stale(fd, at, is_unix && options.replace_stale_path);
    }
    if (!refused) {
        ++calls_;
        refused = ::listen(fd, options.backlog) == 0 ? std::error_code{} : last_error();
    }
    if (refused) {
        return refused;
    }
    return fd;
}

std::error_code system_kernel::bind_replacing_stale(descriptor fd, const address& at,
                                                    bool replace) {
    const os::socket_address name = os::to_sockaddr(at);
    ++calls_;
    if (::bind(fd, name.get(), name.size) == 0) {
        return {};
    }
    const std::error_code refused = last_error();
    if (!replace || refused != std::errc::address_in_use || !nobody_listens(at)) {
        return refused;
    }
    remove_name(at);
    ++calls_;
    return ::bind(fd, name.get(), name.size) == 0 ? std::error_code{} : last_error();
}

// Asked with a socket of another kind: one that lives refuses it as that (EPROTOTYPE), be it not
// listening yet or without room for visitors, whom FreeBSD refuses as if nobody listened. And it
// is not visited.
bool system_kernel::nobody_listens(const address& at) noexcept {
    ++calls_;
    const int probe = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (probe < 0) {
        return false;
    }
    // For a file that is no socket the systems answer otherwise or refuse too, so only a socket's
    // name is ever removed.
    const bool refused = connect(probe, at).error == std::errc::connection_refused;
    close(probe);
    return refused && os::is_socket_file(at.path());
}

void system_kernel::remove_name(const address& at) noexcept {
    if (at.family() == address_family::unix_path && !at.path().empty()) {
        ++calls_;
        ::unlink(at.path().data()); // the path is followed by a NUL
    }
}

} // namespace iapp
