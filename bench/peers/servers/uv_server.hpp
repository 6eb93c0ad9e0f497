#pragma once
// What the servers on libuv share: accepting, its limit, and the end.

#include "raw/raw_socket.hpp"

#include <uv.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace peers {

inline void uv_or_die(int status, const char* what) {
    if (status < 0) {
        raw::die(1, std::string{what} + ": " + uv_strerror(status));
    }
}

// A Connection has a member `uv_tcp_t handle` whose data is set to it, and on_data(server, bytes),
// which may call server.end(connection, error). It is deleted by its handle's close callback.
template <class Connection>
class uv_server {
  public:
    explicit uv_server(const raw::options& o) : options_{o}, buffer_(o.io_size) {
        raw::raise_open_files();
        uv_or_die(uv_loop_init(&loop_), "uv_loop_init");
        loop_.data = this;
        uv_or_die(uv_tcp_init(&loop_, &listener_), "uv_tcp_init");
        uv_or_die(uv_tcp_open(&listener_, raw::listen_or_die(o)), "uv_tcp_open");
    }

    void run() {
        for (auto [signal, number] : {std::pair{&interrupt_, SIGINT}, std::pair{&end_, SIGTERM}}) {
            uv_signal_init(&loop_, signal);
            uv_signal_start(
                signal, [](uv_signal_t* handle, int) { uv_stop(handle->loop); }, number);
        }
        uv_timer_init(&loop_, &timer_);
        if (options_.duration.count() > 0) {
            uv_timer_start(
                &timer_, [](uv_timer_t* handle) { uv_stop(handle->loop); },
                static_cast<std::uint64_t>(
                    std::chrono::floor<std::chrono::milliseconds>(options_.duration).count()),
                0);
        }
        constexpr int backlog = 4096;
        uv_or_die(uv_listen(reinterpret_cast<uv_stream_t*>(&listener_), backlog,
                            [](uv_stream_t* listener, int status) {
                                of(listener->loop).on_connection(status);
                            }),
                  "uv_listen");
        uv_run(&loop_, UV_RUN_DEFAULT);
        close_all();
    }

    const raw::totals& result() const { return totals_; }

    raw::totals& totals() { return totals_; }

    // All connections read into one buffer: what they keep they copy.
    uv_buf_t buffer() { return uv_buf_init(buffer_.data(), static_cast<unsigned>(buffer_.size())); }

    void read(Connection& connection) {
        uv_read_start(
            stream_of(connection),
            [](uv_handle_t* handle, std::size_t, uv_buf_t* to) { *to = of(handle->loop).buffer(); },
            [](uv_stream_t* stream, ssize_t n, const uv_buf_t* from) {
                auto& self = *static_cast<Connection*>(stream->data);
                uv_server& server = of(stream->loop);
                if (n > 0) {
                    server.totals_.bytes_in += static_cast<std::uint64_t>(n);
                    self.on_data(server, {from->base, static_cast<std::size_t>(n)});
                } else if (n < 0) {
                    server.end(self, static_cast<int>(n));
                }
            });
    }

    // Closes the connection, which is not to be used afterwards. UV_EOF is an end in order.
    void end(Connection& connection, int error) {
        ++totals_.closed;
        totals_.reset += error != UV_EOF;
        uv_close(reinterpret_cast<uv_handle_t*>(&connection.handle), forget);
        if (std::exchange(full_, false)) {
            accept_one();
        }
    }

    static uv_stream_t* stream_of(Connection& connection) {
        return reinterpret_cast<uv_stream_t*>(&connection.handle);
    }

    static uv_server& of(uv_loop_t* loop) { return *static_cast<uv_server*>(loop->data); }

  private:
    void on_connection(int status) {
        if (status < 0) {
            ++totals_.errors[uv_err_name(status)];
            return;
        }
        if (totals_.accepted - totals_.closed >= options_.max_conns) {
            ++totals_.accept_pauses;
            full_ = true; // libuv accepts no further one before this one is taken
            return;
        }
        accept_one();
    }

    void accept_one() {
        auto* connection = new Connection{};
        uv_tcp_init(&loop_, &connection->handle);
        connection->handle.data = connection;
        uv_or_die(uv_accept(reinterpret_cast<uv_stream_t*>(&listener_), stream_of(*connection)),
                  "uv_accept");
        ++totals_.accepted;
        read(*connection);
    }

    static void forget(uv_handle_t* handle) { delete static_cast<Connection*>(handle->data); }

    // Nothing stays behind: the loop runs once more for the close callbacks.
    void close_all() {
        uv_walk(
            &loop_,
            [](uv_handle_t* handle, void*) {
                if (!uv_is_closing(handle)) {
                    uv_close(handle, handle->type == UV_TCP && handle->data ? forget : nullptr);
                }
            },
            nullptr);
        uv_run(&loop_, UV_RUN_DEFAULT);
        uv_loop_close(&loop_);
    }

    raw::options options_;
    std::vector<char> buffer_;
    raw::totals totals_;
    uv_loop_t loop_{};
    uv_tcp_t listener_{};
    uv_signal_t interrupt_{};
    uv_signal_t end_{};
    uv_timer_t timer_{};
    bool full_ = false; // a connection waits in the listener's handle
};

} // namespace peers
