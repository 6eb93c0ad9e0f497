#pragma once
// Socket options, and the names under which the systems know them.

#include <iapp/reactor/kernel.hpp>

#include <cstdint>
#include <string_view>
#include <sys/socket.h>
#include <system_error>

namespace iapp::os {

#if defined(SO_REUSEPORT_LB)
// FreeBSD 12 and newer; its SO_REUSEPORT does not balance TCP.
inline constexpr int balance_option = SO_REUSEPORT_LB;
#else
inline constexpr int balance_option = SO_REUSEPORT;
#endif

// Sets what `options` asks for and stops at the first refusal; options that the socket's family
// does not know are left out. Adds the system calls it makes to `calls`.
std::error_code tune_stream(descriptor fd, const stream_options& options,
                            std::uint64_t& calls) noexcept;

// Whether the file of that name is a socket. `path` is followed by a NUL.
bool is_socket_file(std::string_view path) noexcept;

} // namespace iapp::os
