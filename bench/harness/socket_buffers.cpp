#include "harness/socket_buffers.hpp"

namespace bench {

void add_socket_buffers(command_line& line, socket_buffers& buffers) {
    line.size("--sndbuf", buffers.send_bytes, "SO_SNDBUF of the connections (0: the system's)");
    line.size("--rcvbuf", buffers.receive_bytes, "SO_RCVBUF of the connections (0: the system's)");
}

std::string check(const socket_buffers& buffers) {
    const bool fit = buffers.send_bytes <= INT32_MAX && buffers.receive_bytes <= INT32_MAX;
    return fit ? "" : "--sndbuf, --rcvbuf: less than 2G";
}

void set_buffers(iapp::stream_options& of, const socket_buffers& buffers) {
    of.send_buffer_bytes = static_cast<std::uint32_t>(buffers.send_bytes);
    of.receive_buffer_bytes = static_cast<std::uint32_t>(buffers.receive_bytes);
}

} // namespace bench
