// An echo server on Boost.Asio. Each session has a buffer; it reads what there is, writes it back
// whole and reads again.

#include "peers/servers/asio_server.hpp"

namespace {

class session : public std::enable_shared_from_this<session> {
  public:
    session(peers::tcp::socket socket, peers::asio_shared& server, std::function<void()> on_end)
        : socket_{std::move(socket)}, server_{server}, on_end_{std::move(on_end)},
          buffer_(server.options.io_size) {}

    void start() { read(); }

  private:
    void read() {
        socket_.async_read_some(
            boost::asio::buffer(buffer_),
            [self = shared_from_this()](boost::system::error_code error, std::size_t n) {
                if (error) {
                    return self->end(error);
                }
                self->server_.totals.bytes_in += n;
                self->write(n);
            });
    }

    void write(std::size_t size) {
        boost::asio::async_write(
            socket_, boost::asio::buffer(buffer_.data(), size),
            [self = shared_from_this()](boost::system::error_code error, std::size_t n) {
                self->server_.totals.bytes_out += n;
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
    std::vector<char> buffer_;
};

} // namespace

int main(int argc, char** argv) {
    raw::options options;
    bench::command_line line{"An echo server on Boost.Asio.", "peer_echo_asio"};
    raw::add_server_flags(line, options);
    raw::parse_or_exit(line, argc, argv);
    const double started = raw::monotonic_seconds();
    peers::asio_server<session> server{options};
    server.run();
    raw::print_server_summary(options, "peer_echo_asio", "asio", server.result(), started);
}
