#include <iapp/reactor/os/system_kernel.hpp>

#include <iapp/reactor/os/sockaddr.hpp>
#include <iapp/reactor/os/socket_calls.hpp>
#include <iapp/reactor/os/socket_tuning.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace iapp {

namespace {

constexpr std::size_t slices_per_call = 64; // far below IOV_MAX, and enough to fill a socket

io_result failed(int error) noexcept {
    if (error == EAGAIN || error == EWOULDBLOCK) {
        return {io_status::would_block, 0, {}};
    }
    return {io_status::failed, 0, {error, std::system_category()}};
}

ssize_t send_many(descriptor fd, std::span<const std::span<const std::byte>> slices) noexcept {
    std::array<iovec, slices_per_call> vectors;
    const std::size_t used = std::min(slices.size(), vectors.size());
    for (std::size_t i = 0; i < used; ++i) {
        vectors[i] = {const_cast<std::byte*>(slices[i].data()), slices[i].size()};
    }
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = static_cast<decltype(message.msg_iovlen)>(used);
    return ::sendmsg(fd, &message, MSG_NOSIGNAL);
}

// A message header and its vector cost the system a copy each, so one slice goes without.
ssize_t send_slices(descriptor fd, std::span<const std::span<const std::byte>> slices) noexcept {
    return slices.size() == 1 ? os::send_once(fd, slices.front()) : send_many(fd, slices);
}

} // namespace

std::error_code last_error() noexcept {
    return {errno, std::system_category()};
}

time_point system_kernel::now() noexcept {
    return time_point{
        std::chrono::duration_cast<duration>(std::chrono::steady_clock::now().time_since_epoch())};
}

void system_kernel::close(descriptor fd) noexcept {
    ++calls_;
    // Not repeated after EINTR: the descriptor is gone then on Linux and FreeBSD alike.
    ::close(fd);
}

void system_kernel::reset_on_close(descriptor fd) noexcept {
    ++calls_;
    const linger none{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
}

io_result system_kernel::connect(descriptor fd, const address& to) noexcept {
    const os::socket_address peer = os::to_sockaddr(to);
    ++calls_;
    if (::connect(fd, peer.get(), peer.size) == 0) {
        return {};
    }
    if (errno == EINPROGRESS || errno == EINTR) {
        return {io_status::would_block, 0, {}};
    }
    // EAGAIN of a Unix socket is final: the listener's queue is full and nothing is under way.
    return {io_status::failed, 0, last_error()};
}

std::error_code system_kernel::connect_outcome(descriptor fd) noexcept {
    int error = 0;
    socklen_t size = sizeof error;
    ++calls_;
    if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) {
        return last_error();
    }
    return {error, std::system_category()};
}

accept_result system_kernel::accept(descriptor fd, address& peer) noexcept {
    sockaddr_storage from{};
    for (;;) {
        socklen_t size = sizeof from;
        ++calls_;
        const int made =
            ::accept4(fd, reinterpret_cast<sockaddr*>(&from), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (made >= 0) {
            peer = os::address_of(reinterpret_cast<const sockaddr*>(&from), size);
            return {io_status::done, made, {}};
        }
        // A connection that was reset while it waited concerns nobody: take the next one.
        if (errno != EINTR && errno != ECONNABORTED && errno != EPROTO) {
            const io_result why = failed(errno);
            return {why.status, no_descriptor, why.error};
        }
    }
}

address system_kernel::accepted(descriptor connection) noexcept {
    const result<address> peer = peer_address(connection);
    return peer ? *peer : address::unix_unnamed();
}

io_result system_kernel::receive_with(descriptor fd, std::span<std::byte> into,
                                      int flags) noexcept {
    for (;;) {
        ++calls_;
        const ssize_t count = os::receive_once(fd, into, flags);
        if (count >= 0) {
            return {io_status::done, static_cast<std::size_t>(count), {}};
        }
        if (errno != EINTR) {
            return failed(errno);
        }
    }
}

io_result system_kernel::receive(descriptor fd, std::span<std::byte> into) noexcept {
    return receive_with(fd, into, 0);
}

io_result system_kernel::discard(descriptor fd, std::span<std::byte> scratch) noexcept {
    // tcp(7): on Linux MSG_TRUNC drops the bytes without a copy. Unix sockets, and FreeBSD, copy
    // them as if the flag were not there; the scratch memory is for these.
    return receive_with(fd, scratch, MSG_TRUNC);
}

io_result system_kernel::send(descriptor fd,
                              std::span<const std::span<const std::byte>> slices) noexcept {
    for (;;) {
        ++calls_;
        const ssize_t count = send_slices(fd, slices);
        if (count >= 0) {
            return {io_status::done, static_cast<std::size_t>(count), {}};
        }
        if (errno != EINTR) {
            return failed(errno);
        }
    }
}

std::error_code system_kernel::shutdown_write(descriptor fd) noexcept {
    ++calls_;
    return ::shutdown(fd, SHUT_WR) == 0 ? std::error_code{} : last_error();
}

std::error_code system_kernel::set_options(descriptor fd, const stream_options& options) noexcept {
    return os::tune_stream(fd, options, calls_);
}

result<address> system_kernel::local_address(descriptor fd) noexcept {
    sockaddr_storage at{};
    socklen_t size = sizeof at;
    ++calls_;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size) != 0) {
        return last_error();
    }
    return os::address_of(reinterpret_cast<const sockaddr*>(&at), size);
}

result<address> system_kernel::peer_address(descriptor fd) noexcept {
    sockaddr_storage at{};
    socklen_t size = sizeof at;
    ++calls_;
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&at), &size) != 0) {
        return last_error();
    }
    return os::address_of(reinterpret_cast<const sockaddr*>(&at), size);
}

} // namespace iapp
