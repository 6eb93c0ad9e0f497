// A sink on libuv. It has no way to hand MSG_TRUNC to its reads.

#include "peers/servers/uv_server.hpp"

#include <string_view>

namespace {

struct connection {
    uv_tcp_t handle{};

    void on_data(peers::uv_server<connection>&, std::string_view) {}
};

} // namespace

int main(int argc, char** argv) {
    raw::options options;
    bench::command_line line{"A sink on libuv.", "peer_sink_libuv"};
    raw::add_server_flags(line, options);
    raw::add_discard_flag(line, options, "copy reads into a buffer; libuv has no other way");
    raw::parse_or_exit(line, argc, argv);
    if (options.discard == "trunc")
        raw::die(1, "--discard trunc: libuv cannot read with MSG_TRUNC");
    const double started = raw::monotonic_seconds();
    peers::uv_server<connection> server{options};
    server.run();
    raw::print_server_summary(options, "peer_sink_libuv", "libuv", server.result(), started);
}
