// An echo server on libuv. It writes at once what it reads; what the socket does not take is kept
// for uv_write, and nothing more is read from that peer until it is gone.

#include "peers/servers/uv_server.hpp"

#include <string>
#include <string_view>

namespace {

struct connection {
    using server = peers::uv_server<connection>;

    uv_tcp_t handle{};
    uv_write_t request{};
    std::string unsent;

    void on_data(server& on, std::string_view data) {
        const uv_buf_t bytes =
            uv_buf_init(const_cast<char*>(data.data()), static_cast<unsigned>(data.size()));
        const int sent = uv_try_write(server::stream_of(*this), &bytes, 1);
        if (sent < 0 && sent != UV_EAGAIN) {
            return on.end(*this, sent);
        }
        if (sent > 0) {
            on.totals().bytes_out += static_cast<std::uint64_t>(sent);
            data.remove_prefix(static_cast<std::size_t>(sent));
        }
        if (!data.empty()) {
            unsent = data;
            uv_read_stop(server::stream_of(*this));
            write_unsent();
        }
    }

    void write_unsent() {
        const uv_buf_t bytes = uv_buf_init(unsent.data(), static_cast<unsigned>(unsent.size()));
        uv_write(&request, server::stream_of(*this), &bytes, 1, [](uv_write_t* done, int status) {
            auto& self = *static_cast<connection*>(done->handle->data);
            if (status == UV_ECANCELED) {
                return; // it is being closed
            }
            server& on = server::of(done->handle->loop);
            if (status < 0) {
                return on.end(self, status);
            }
            on.totals().bytes_out += self.unsent.size();
            self.unsent.clear();
            on.read(self);
        });
    }
};

} // namespace

int main(int argc, char** argv) {
    raw::options options;
    bench::command_line line{"An echo server on libuv.", "peer_echo_libuv"};
    raw::add_server_flags(line, options);
    raw::parse_or_exit(line, argc, argv);
    const double started = raw::monotonic_seconds();
    peers::uv_server<connection> server{options};
    server.run();
    raw::print_server_summary(options, "peer_echo_libuv", "libuv", server.result(), started);
}
