#pragma once
// socket_buffers: --sndbuf and --rcvbuf of a program with connections.

#include "command_line/command_line.hpp"

#include <iapp/reactor/socket_options.hpp>

#include <cstdint>
#include <string>

namespace bench {

struct socket_buffers {
    std::uint64_t send_bytes = 0; // 0: the system's
    std::uint64_t receive_bytes = 0;
};

void add_socket_buffers(command_line& line, socket_buffers& buffers);

// What is wrong with them; empty: nothing.
std::string check(const socket_buffers& buffers);

// They were checked.
void set_buffers(iapp::stream_options& of, const socket_buffers& buffers);

} // namespace bench
