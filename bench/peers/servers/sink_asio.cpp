// A sink on Boost.Asio. All sessions read into one buffer, since nobody looks at it and one thread
// reads at a time.

#include "peers/servers/asio_server.hpp"

namespace {

class session : public std::enable_shared_from_this<session> {
  public:
    session(peers::tcp::socket socket, peers::asio_shared& server, std::function<void()> on_end)
        : socket_{std::move(socket)}, server_{server}, on_end_{std::move(on_end)},
          flags_{server.options.discard == "trunc" ? MSG_TRUNC : 0} {}

    void start() { read(); }

  private:
    void read() {
        socket_.async_receive(
            boost::asio::buffer(server_.buffer), flags_,
            [self = shared_from_this()](boost::system::error_code error, std::size_t n) {
                self->server_.totals.bytes_in += n;
                if (error) {
                    return self->end(error);
                }
                self->read();
            });
    }

    void end(const boost::system::error_code& error) {
        boost::system::error_code ignored;
        socket_.close(ignored);
        server_.closed(error);
        on_end_();
    }

    peers::tcp::socket socket_;
    peers::asio_shared& server_;
    std::function<void()> on_end_;
    int flags_;
};

} // namespace

int main(int argc, char** argv) {
    raw::options options;
    bench::command_line line{"A sink on Boost.Asio.", "peer_sink_asio"};
    raw::add_server_flags(line, options);
    raw::add_discard_flag(line, options, "copy reads into a buffer, trunc uses MSG_TRUNC");
    raw::parse_or_exit(line, argc, argv);
    const double started = raw::monotonic_seconds();
    peers::asio_server<session> server{options};
    server.run();
    raw::print_server_summary(options, "peer_sink_asio", "asio", server.result(), started);
}
