#pragma once
// What the servers on Boost.Asio share: accepting, its limit, and the end. One thread, no locks.

#include "raw/raw_socket.hpp"

#include <boost/asio.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace peers {

using boost::asio::ip::tcp;

// What a server's sessions know of it.
class asio_shared {
  public:
    explicit asio_shared(const raw::options& o) : options{o}, buffer(o.io_size) {}

    // A session ends; end of file is an end in order.
    void closed(const boost::system::error_code& error) {
        ++totals.closed;
        totals.reset += error != boost::asio::error::eof;
    }

    const raw::options options;
    raw::totals totals;
    std::vector<char> buffer; // for sessions that keep nothing of what they read
};

// A Session is made by (tcp::socket, asio_shared&, on_end) in a shared_ptr, and started by start().
// It calls on_end once when its connection is closed.
template <class Session>
class asio_server {
  public:
    explicit asio_server(const raw::options& o)
        : shared_{o}, context_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE}, acceptor_{context_},
          signals_{context_, SIGINT, SIGTERM}, timer_{context_}, retry_{context_} {
        raw::raise_open_files();
        const int listener = raw::listen_or_die(o);
        sockaddr_storage bound{};
        socklen_t size = sizeof bound;
        getsockname(listener, reinterpret_cast<sockaddr*>(&bound), &size);
        acceptor_.assign(bound.ss_family == AF_INET6 ? tcp::v6() : tcp::v4(), listener);
    }

    void run() {
        signals_.async_wait([this](boost::system::error_code, int) { context_.stop(); });
        if (shared_.options.duration.count() > 0) {
            timer_.expires_after(shared_.options.duration);
            timer_.async_wait([this](boost::system::error_code) { context_.stop(); });
        }
        accept_next();
        context_.run();
    }

    const raw::totals& result() const { return shared_.totals; }

  private:
    void accept_next() {
        if (shared_.totals.accepted - shared_.totals.closed >= shared_.options.max_conns) {
            ++shared_.totals.accept_pauses;
            full_ = true; // until a session ends
            return;
        }
        acceptor_.async_accept([this](boost::system::error_code error, tcp::socket socket) {
            if (!error) {
                ++shared_.totals.accepted;
                std::make_shared<Session>(std::move(socket), shared_, [this] { ended(); })->start();
            } else if (error != boost::asio::error::connection_aborted) {
                return accept_later(error);
            }
            accept_next();
        });
    }

    void accept_later(const boost::system::error_code& error) {
        ++shared_.totals.errors[raw::error_name(error.value())];
        ++shared_.totals.accept_pauses;
        retry_.expires_after(std::chrono::milliseconds{raw::accept_retry_ms});
        retry_.async_wait([this](boost::system::error_code) { accept_next(); });
    }

    void ended() {
        if (std::exchange(full_, false)) {
            accept_next();
        }
    }

    asio_shared shared_; // outlives the sessions, which the context's last handlers hold
    boost::asio::io_context context_;
    tcp::acceptor acceptor_;
    boost::asio::signal_set signals_;
    boost::asio::steady_timer timer_;
    boost::asio::steady_timer retry_;
    bool full_ = false;
};

} // namespace peers
