// raw_clt: the load for both sides of a comparison. One thread opens all connections, and only then
// sends the first byte; it does exactly the work it was given, half-closes, and waits for the
// server to close. It only has to be cheap and always the same: it is not what is measured.

#include "raw_socket.hpp"
#include "ready.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstring>
#include <limits>
#include <utility>

namespace {

volatile std::sig_atomic_t stop_requests = 0;

void on_stop_signal(int) {
    stop_requests = stop_requests + 1;
}

struct connection {
    int fd = -1;
    bool half_closed = false;
    bool queued = false;     // in again_
    std::uint64_t total = 0; // what it has to send
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
};

class load_client {
  public:
    explicit load_client(const raw::options& o)
        : options_{o}, echo_{o.mode == "echo"}, out_(o.io_size * (echo_ ? o.depth : 1), 'x'),
          in_(65536) {}

    void run() {
        open_all();
        all_open_seconds_ = raw::monotonic_seconds() - started_;
        raw::start_duration(options_);
        queue_all();
        std::vector<raw::readiness> ready;
        std::vector<std::uint32_t> turn;
        while (totals_.closed < connections_.size() && !given_up()) {
            // Who could have sent more comes again after all others had their turn.
            turn.swap(again_);
            again_.clear();
            for (std::uint32_t i : turn) {
                connections_[i].queued = false;
                send_next(i);
            }
            ready_.wait(ready, again_.empty() ? 100 : 0);
            ++totals_.syscalls;
            for (const raw::readiness& r : ready) {
                if (r.readable)
                    receive(r.index, r.ended);
                if (r.writable)
                    send_next(r.index);
            }
        }
        if (totals_.closed < connections_.size())
            totals_.errors["unfinished"] = connections_.size() - totals_.closed;
    }

    // Prints the totals; true when all the work was done and nothing failed.
    bool report() const {
        const bool ok = totals_.errors.empty();
        raw::print_summary(options_, "raw_clt", "raw", totals_, started_, ok,
                           fmt::format(",\"mode\":\"{}\",\"opened\":{},\"all_open_seconds\":{:.6f},"
                                       "\"work_seconds\":{:.6f},\"requests\":{}",
                                       options_.mode, connections_.size(), all_open_seconds_,
                                       raw::monotonic_seconds() - started_ - all_open_seconds_,
                                       echo_ ? totals_.bytes_in / options_.io_size : 0));
        return ok;
    }

  private:
    void open_all() {
        const raw::address to = raw::parse_address(options_.connect);
        connections_.resize(options_.conns);
        const std::uint64_t unit = echo_ ? options_.io_size : 1;
        const std::uint64_t units = options_.bytes / unit;
        for (std::uint32_t i = 0; i < options_.conns; ++i) {
            connection& c = connections_[i];
            c.fd = socket(to.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
            if (c.fd < 0)
                raw::die(1, fmt::format("socket {} of {}: {} (see ulimit -Hn)", i + 1,
                                        options_.conns, std::strerror(errno)));
            raw::set_stream_options(c.fd, options_);
            if (connect(c.fd, to.get(), to.size) < 0)
                raw::die(1, fmt::format("cannot connect to {} ({} of {}): {}", options_.connect,
                                        i + 1, options_.conns, std::strerror(errno)));
            raw::set_nonblocking(c.fd);
            ready_.add(c.fd, i);
            c.total = unit * (units / options_.conns + (i < units % options_.conns));
            if (options_.bytes == 0)
                c.total = std::numeric_limits<std::uint64_t>::max();
        }
    }

    void queue_all() {
        for (std::uint32_t i = 0; i < connections_.size(); ++i)
            queue(i);
    }

    void queue(std::uint32_t index) {
        if (!std::exchange(connections_[index].queued, true))
            again_.push_back(index);
    }

    // A stop lets every connection finish what it began; those that hang get five seconds, or until
    // a second signal.
    bool given_up() {
        if (stop_requests == 0)
            return false;
        if (stopped_at_ == 0) {
            stopped_at_ = raw::monotonic_seconds();
            for (connection& c : connections_)
                c.total = c.sent;
            queue_all();
        }
        return stop_requests > 1 || raw::monotonic_seconds() - stopped_at_ > 5;
    }

    // What may go out now: everything when writing, `depth` requests ahead of the answers in echo.
    std::uint64_t sendable(const connection& c) const {
        if (!echo_)
            return c.total - c.sent;
        const std::uint64_t answered = c.received / options_.io_size;
        return std::min(c.total, (answered + options_.depth) * options_.io_size) - c.sent;
    }

    // One send: at most the buffer, so that all connections advance together.
    void send_next(std::uint32_t index) {
        connection& c = connections_[index];
        if (c.fd < 0 || c.half_closed)
            return;
        if (const std::uint64_t left = sendable(c); left > 0) {
            const std::size_t size = std::min<std::uint64_t>(left, out_.size());
            const ssize_t n = send(c.fd, out_.data(), size, MSG_NOSIGNAL);
            ++totals_.syscalls;
            if (n < 0 && errno != EAGAIN && errno != EINTR)
                return finish(c, raw::error_name(errno));
            if (n > 0) {
                c.sent += static_cast<std::uint64_t>(n);
                totals_.bytes_out += static_cast<std::uint64_t>(n);
            }
            if (n < static_cast<ssize_t>(size))
                return ready_.want_write(c.fd, index);
        }
        if (c.sent < c.total) {
            if (sendable(c) > 0)
                queue(index);
        } else if (!echo_ || c.received == c.total) {
            shutdown(c.fd, SHUT_WR);
            ++totals_.syscalls;
            c.half_closed = true;
        }
    }

    // A short read ends the turn, unless the server's end of stream came with it.
    void receive(std::uint32_t index, bool ended) {
        connection& c = connections_[index];
        while (c.fd >= 0) {
            const ssize_t n = recv(c.fd, in_.data(), in_.size(), 0);
            ++totals_.syscalls;
            if (n > 0) {
                c.received += static_cast<std::uint64_t>(n);
                totals_.bytes_in += static_cast<std::uint64_t>(n);
                if (static_cast<std::size_t>(n) == in_.size() || ended)
                    continue;
                return send_next(index);
            }
            if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return send_next(index);
            const bool early = !c.half_closed || (echo_ && c.received != c.total);
            finish(c, n < 0 ? raw::error_name(errno) : early ? "closed_early" : "");
        }
    }

    void finish(connection& c, const std::string& error) {
        if (!error.empty())
            ++totals_.errors[error];
        totals_.reset += error == "ECONNRESET" || error == "EPIPE";
        close(c.fd);
        c.fd = -1;
        ++totals_.closed;
    }

    raw::options options_;
    bool echo_;
    std::vector<char> out_;
    std::vector<char> in_;
    std::vector<connection> connections_;
    std::vector<std::uint32_t> again_; // connections whose turn ended before their work
    raw::ready_set ready_;
    raw::totals totals_;
    double started_ = raw::monotonic_seconds();
    double all_open_seconds_ = 0;
    double stopped_at_ = 0;
};

} // namespace

int main(int argc, char** argv) {
    raw::options options;
    bench::command_line line{"One cheap load for srv and for the raw servers alike.", "raw_clt"};
    raw::add_client_flags(line, options, {"write", "echo"});
    raw::parse_or_exit(line, argc, argv);
    raw::check_client_flags(options);
    raw::raise_open_files();
    for (int number : raw::stop_signals)
        signal(number, on_stop_signal);
    load_client client{options};
    client.run();
    return client.report() ? 0 : 1;
}
