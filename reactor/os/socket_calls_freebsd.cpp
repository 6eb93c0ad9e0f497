#include <iapp/reactor/os/socket_calls.hpp>

#include <sys/socket.h>

namespace iapp::os {

ssize_t receive_once(descriptor fd, std::span<std::byte> into, int flags) noexcept {
    return ::recv(fd, into.data(), into.size(), flags);
}

ssize_t send_once(descriptor fd, std::span<const std::byte> data) noexcept {
    return ::send(fd, data.data(), data.size(), MSG_NOSIGNAL);
}

} // namespace iapp::os
