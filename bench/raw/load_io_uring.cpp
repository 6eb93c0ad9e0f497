// raw_clt_uring: raw_clt's echo load by io_uring, for servers that raw_clt cannot keep busy. One
// thread; all connections are opened before the first byte, each does exactly the requests it was
// given, half-closes, and waits for the server to close. One system call a turn.

#include "raw_ring.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <vector>

namespace {

constexpr unsigned buffers = 2048;

volatile std::sig_atomic_t stop_requests = 0;

void on_stop_signal(int) {
    stop_requests = stop_requests + 1;
}

struct connection {
    std::uint64_t total = 0; // what it has to send
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    bool sending = false;
    bool receiving = false;
    bool half_closed = false;
    bool over = false;
};

class load_client {
  public:
    explicit load_client(const raw::options& o)
        : options_{o}, ring_{std::max<std::size_t>(o.io_size, 4096), buffers},
          out_(o.io_size * o.depth, 'x') {}

    void run() {
        open_all();
        all_open_seconds_ = raw::monotonic_seconds() - started_;
        raw::start_duration(options_);
        for (int fd : fds_) {
            receive(fd);
            send_next(fd);
        }
        while (totals_.closed < fds_.size() && !given_up()) {
            ring_.wait(100);
            ++totals_.syscalls;
            ring_.for_each([this](const io_uring_cqe& c) { on(c); });
        }
        if (totals_.closed < fds_.size())
            totals_.errors["unfinished"] = fds_.size() - totals_.closed;
    }

    // Prints the totals; true when all the work was done and nothing failed.
    bool report() const {
        const bool ok = totals_.errors.empty();
        raw::print_summary(options_, "raw_clt_uring", "raw-io_uring", totals_, started_, ok,
                           fmt::format(",\"mode\":\"echo\",\"opened\":{},\"all_open_seconds\":"
                                       "{:.6f},\"work_seconds\":{:.6f},\"requests\":{}",
                                       fds_.size(), all_open_seconds_,
                                       raw::monotonic_seconds() - started_ - all_open_seconds_,
                                       totals_.bytes_in / options_.io_size));
        return ok;
    }

  private:
    void open_all() {
        const raw::address to = raw::parse_address(options_.connect);
        const std::uint64_t units = options_.bytes / options_.io_size;
        for (std::uint32_t i = 0; i < options_.conns; ++i) {
            const int fd = socket(to.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
            if (fd < 0)
                raw::die(1, fmt::format("socket {} of {}: {} (see ulimit -Hn)", i + 1,
                                        options_.conns, std::strerror(errno)));
            raw::set_stream_options(fd, options_);
            if (connect(fd, to.get(), to.size) < 0)
                raw::die(1, fmt::format("cannot connect to {} ({} of {}): {}", options_.connect,
                                        i + 1, options_.conns, std::strerror(errno)));
            fds_.push_back(fd);
            if (connections_.size() <= static_cast<std::size_t>(fd))
                connections_.resize(static_cast<std::size_t>(fd) + 1);
            of(fd).total =
                options_.io_size * (units / options_.conns + (i < units % options_.conns));
        }
    }

    bool given_up() {
        if (stop_requests > 0)
            for (int fd : fds_)
                of(fd).total = std::min(of(fd).total, of(fd).sent);
        return stop_requests > 1;
    }

    connection& of(int fd) { return connections_[static_cast<std::size_t>(fd)]; }

    void receive(int fd) {
        of(fd).receiving = true;
        ring_.receive(fd, raw::key(raw::kind::receive, fd), 0);
    }

    void on(const io_uring_cqe& c) {
        const int fd = raw::fd_of(c.user_data);
        if (raw::kind_of(c.user_data) == raw::kind::send)
            on_send(fd, c.res);
        else
            on_receive(fd, c);
    }

    // What may go out now: `depth` requests ahead of the answers.
    void send_next(int fd) {
        connection& c = of(fd);
        if (c.sending || c.half_closed || c.over)
            return;
        const std::uint64_t answered = c.received / options_.io_size;
        const std::uint64_t limit =
            std::min(c.total, (answered + options_.depth) * options_.io_size);
        if (c.sent < limit) {
            io_uring_sqe* e = ring_.entry();
            io_uring_prep_send(e, fd, out_.data(),
                               std::min<std::size_t>(limit - c.sent, out_.size()), MSG_NOSIGNAL);
            e->user_data = raw::key(raw::kind::send, fd);
            c.sending = true;
        } else if (c.sent == c.total && c.received == c.total) {
            shutdown(fd, SHUT_WR);
            ++totals_.syscalls;
            c.half_closed = true;
        }
    }

    void on_send(int fd, int sent) {
        connection& c = of(fd);
        c.sending = false;
        if (sent < 0 || c.over)
            return finish(fd, sent < 0 ? raw::error_name(-sent) : "");
        c.sent += static_cast<std::uint64_t>(sent);
        totals_.bytes_out += static_cast<std::uint64_t>(sent);
        send_next(fd);
    }

    void on_receive(int fd, const io_uring_cqe& one) {
        connection& c = of(fd);
        if (one.flags & IORING_CQE_F_BUFFER)
            ring_.give_back(one.flags >> IORING_CQE_BUFFER_SHIFT);
        c.receiving = (one.flags & IORING_CQE_F_MORE) != 0;
        if (one.res > 0) {
            c.received += static_cast<std::uint64_t>(one.res);
            totals_.bytes_in += static_cast<std::uint64_t>(one.res);
            send_next(fd);
        }
        if (c.receiving)
            return;
        if (one.res > 0 || one.res == -ENOBUFS)
            return receive(fd);
        const bool early = !c.half_closed || c.received != c.total;
        finish(fd, one.res < 0 ? raw::error_name(-one.res) : early ? "closed_early" : "");
    }

    // Closed when neither side is under way any more: its number must not be taken before.
    void finish(int fd, const std::string& error) {
        connection& c = of(fd);
        if (!error.empty() && !c.over)
            ++totals_.errors[error];
        totals_.reset += !c.over && (error == "ECONNRESET" || error == "EPIPE");
        c.over = true;
        if (c.sending || c.receiving)
            return;
        close(fd);
        ++totals_.syscalls;
        ++totals_.closed;
    }

    raw::options options_;
    raw::ring ring_;
    std::vector<char> out_;
    std::vector<int> fds_;
    std::vector<connection> connections_; // by descriptor
    raw::totals totals_;
    double started_ = raw::monotonic_seconds();
    double all_open_seconds_ = 0;
};

} // namespace

int main(int argc, char** argv) {
    raw::options options;
    options.mode = "echo";
    bench::command_line line{"One cheap load for echo servers, by io_uring.", "raw_clt_uring"};
    raw::add_client_flags(line, options, {"echo"});
    raw::parse_or_exit(line, argc, argv);
    raw::check_client_flags(options);
    if (options.bytes == 0)
        raw::die(2, "--requests or --bytes: how much is to be done");
    raw::raise_open_files();
    for (int number : raw::stop_signals)
        signal(number, on_stop_signal);
    load_client client{options};
    client.run();
    return client.report() ? 0 : 1;
}
