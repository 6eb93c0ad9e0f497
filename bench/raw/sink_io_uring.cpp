// raw_sink_uring: accepts, reads and throws away, by io_uring. One thread; multishot accept and
// receive into a ring of buffers, one system call a turn.

#include "raw_ring.hpp"

#include <sys/signalfd.h>

namespace {

// Few, so that they stay in the processor's cache: whoever finds none is asked again.
constexpr unsigned buffers = 16;

class sink {
  public:
    explicit sink(const raw::options& o)
        : options_{o}, flags_{o.discard == "trunc" ? MSG_TRUNC : 0}, ring_{o.io_size, buffers} {}

    void run() {
        raw::raise_open_files();
        const sigset_t stop = raw::block_stop_signals();
        const int signals = signalfd(-1, &stop, SFD_NONBLOCK | SFD_CLOEXEC);
        listener_ = raw::listen_or_die(options_);
        io_uring_sqe* stopped = ring_.entry();
        io_uring_prep_poll_add(stopped, signals, POLLIN);
        stopped->user_data = raw::key(raw::kind::signals, signals);
        accept();
        raw::start_duration(options_);
        while (running_) {
            ring_.wait(accepting_ ? -1 : raw::accept_retry_ms);
            ++totals_.syscalls;
            ring_.for_each([this](const io_uring_cqe& c) { on(c); });
            if (!accepting_ && totals_.accepted - totals_.closed < options_.max_conns)
                accept();
        }
    }

    const raw::totals& result() const { return totals_; }

  private:
    void accept() {
        io_uring_sqe* e = ring_.entry();
        io_uring_prep_multishot_accept(e, listener_, nullptr, nullptr, SOCK_CLOEXEC);
        e->user_data = raw::key(raw::kind::accept, listener_);
        accepting_ = true;
    }

    void on(const io_uring_cqe& c) {
        const int fd = raw::fd_of(c.user_data);
        if (raw::kind_of(c.user_data) == raw::kind::signals)
            running_ = false;
        else if (raw::kind_of(c.user_data) == raw::kind::accept)
            on_accept(c);
        else
            on_receive(fd, c);
    }

    void on_accept(const io_uring_cqe& c) {
        accepting_ = (c.flags & IORING_CQE_F_MORE) != 0;
        if (c.res < 0) {
            ++totals_.accept_pauses;
            ++totals_.errors[raw::error_name(-c.res)];
            return;
        }
        ++totals_.accepted;
        ring_.receive(c.res, raw::key(raw::kind::receive, c.res), flags_);
    }

    void on_receive(int fd, const io_uring_cqe& c) {
        if (c.flags & IORING_CQE_F_BUFFER)
            ring_.give_back(c.flags >> IORING_CQE_BUFFER_SHIFT);
        if (c.res > 0)
            totals_.bytes_in += static_cast<std::uint64_t>(c.res);
        if (c.flags & IORING_CQE_F_MORE)
            return;
        if (c.res > 0 || c.res == -ENOBUFS) {
            ring_.receive(fd, raw::key(raw::kind::receive, fd), flags_);
            return;
        }
        totals_.reset += c.res < 0;
        close(fd);
        ++totals_.syscalls;
        ++totals_.closed;
    }

    raw::options options_;
    int flags_;
    raw::ring ring_;
    raw::totals totals_;
    int listener_ = -1;
    bool accepting_ = false;
    bool running_ = true;
};

} // namespace

int main(int argc, char** argv) {
    raw::options options;
    bench::command_line line{"A sink on bare io_uring: reads what comes and throws it away.",
                             "raw_sink_uring"};
    raw::add_server_flags(line, options);
    raw::add_discard_flag(line, options, "copy reads into a buffer, trunc uses MSG_TRUNC");
    raw::parse_or_exit(line, argc, argv);
    const double started = raw::monotonic_seconds();
    sink server{options};
    server.run();
    raw::print_server_summary(options, "raw_sink_uring", "raw-io_uring", server.result(), started);
}
