// glibc's recv and send are cancellation points (pthreads(7)): in a process of several threads each
// call makes two atomic exchanges more, some 40 ns for each echo of 64 bytes. Nobody cancels a
// worker's thread.

#include <iapp/reactor/os/socket_calls.hpp>

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace iapp::os {

ssize_t receive_once(descriptor fd, std::span<std::byte> into, int flags) noexcept {
    return ::syscall(SYS_recvfrom, fd, into.data(), into.size(), flags, nullptr, nullptr);
}

ssize_t send_once(descriptor fd, std::span<const std::byte> data) noexcept {
    return ::syscall(SYS_sendto, fd, data.data(), data.size(), MSG_NOSIGNAL, nullptr, 0);
}

} // namespace iapp::os
