// raw_echo_uring: sends back what it reads, by io_uring. One thread; multishot accept and receive
// into a ring of buffers, sends handed over in batches with the wait: one system call a turn. One
// send of a connection is under way at a time, straight from the buffers that were received into.

#include "raw_ring.hpp"

#include <sys/signalfd.h>

#include <deque>
#include <vector>

namespace {

// Few, so that they stay in the processor's cache: whoever finds none is asked again.
constexpr unsigned buffers = 256;
// What one connection may have received and not sent before it is read no further.
constexpr std::size_t pieces_max = 64;

struct piece {
    unsigned buffer;
    unsigned from;
    unsigned size;
};

struct peer {
    std::deque<piece> unsent;
    bool receiving = false;
    bool stopping = false; // its receive is being canceled: too much is unsent
    bool sending = false;
    bool ended = false;
    bool reset = false;
};

class echo {
  public:
    explicit echo(const raw::options& o) : options_{o}, ring_{o.io_size, buffers} {}

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
            resume_starved();
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
        switch (raw::kind_of(c.user_data)) {
        case raw::kind::signals:
            running_ = false;
            break;
        case raw::kind::canceled: // too late: its own completion has come
            break;
        case raw::kind::accept:
            on_accept(c);
            break;
        case raw::kind::receive:
            on_receive(fd, c);
            break;
        case raw::kind::send:
            on_send(fd, c.res);
            break;
        }
    }

    void on_accept(const io_uring_cqe& c) {
        accepting_ = (c.flags & IORING_CQE_F_MORE) != 0;
        if (c.res < 0) {
            ++totals_.accept_pauses;
            ++totals_.errors[raw::error_name(-c.res)];
            return;
        }
        ++totals_.accepted;
        if (peers_.size() <= static_cast<std::size_t>(c.res))
            peers_.resize(static_cast<std::size_t>(c.res) + 1);
        receive(c.res);
    }

    peer& of(int fd) { return peers_[static_cast<std::size_t>(fd)]; }

    void receive(int fd) {
        of(fd).receiving = true;
        ring_.receive(fd, raw::key(raw::kind::receive, fd), 0);
    }

    void on_receive(int fd, const io_uring_cqe& c) {
        peer& p = of(fd);
        if (c.res > 0) {
            totals_.bytes_in += static_cast<std::uint64_t>(c.res);
            p.unsent.push_back(
                {c.flags >> IORING_CQE_BUFFER_SHIFT, 0, static_cast<unsigned>(c.res)});
            send(fd);
        }
        if (c.flags & IORING_CQE_F_MORE) {
            if (p.unsent.size() >= pieces_max && !p.stopping) {
                p.stopping = true;
                io_uring_sqe* e = ring_.entry();
                io_uring_prep_cancel64(e, raw::key(raw::kind::receive, fd), 0);
                e->flags |= IOSQE_CQE_SKIP_SUCCESS;
                e->user_data = raw::key(raw::kind::canceled, fd);
            }
            return;
        }
        p.receiving = p.stopping = false;
        if (c.res == 0 || (c.res < 0 && c.res != -ENOBUFS && c.res != -ECANCELED)) {
            p.ended = true;
            p.reset = c.res < 0;
        } else {
            starved_.push_back(fd);
        }
        finish_if_done(fd);
    }

    // Whose receive found no buffer, or was ended because too much was unsent.
    void resume_starved() {
        std::vector<int> all;
        all.swap(starved_);
        for (int fd : all) {
            if (of(fd).unsent.size() < pieces_max / 2)
                receive(fd);
            else
                starved_.push_back(fd);
        }
    }

    void send(int fd) {
        peer& p = of(fd);
        if (p.sending || p.unsent.empty())
            return;
        const piece& next = p.unsent.front();
        io_uring_sqe* e = ring_.entry();
        io_uring_prep_send(e, fd, ring_.buffer(next.buffer) + next.from, next.size, MSG_NOSIGNAL);
        e->user_data = raw::key(raw::kind::send, fd);
        p.sending = true;
    }

    void on_send(int fd, int sent) {
        peer& p = of(fd);
        p.sending = false;
        if (sent < 0) {
            p.reset = p.ended = true;
            while (!p.unsent.empty())
                drop_front(p);
        } else {
            totals_.bytes_out += static_cast<std::uint64_t>(sent);
            piece& first = p.unsent.front();
            first.from += static_cast<unsigned>(sent);
            first.size -= static_cast<unsigned>(sent);
            if (first.size == 0)
                drop_front(p);
            send(fd);
        }
        finish_if_done(fd);
    }

    void drop_front(peer& p) {
        ring_.give_back(p.unsent.front().buffer);
        p.unsent.pop_front();
    }

    void finish_if_done(int fd) {
        peer& p = of(fd);
        if (!p.ended || p.receiving || p.sending || !p.unsent.empty())
            return;
        totals_.reset += p.reset;
        p = {};
        close(fd);
        ++totals_.syscalls;
        ++totals_.closed;
    }

    raw::options options_;
    raw::ring ring_;
    std::vector<peer> peers_; // by descriptor
    std::vector<int> starved_;
    raw::totals totals_;
    int listener_ = -1;
    bool accepting_ = false;
    bool running_ = true;
};

} // namespace

int main(int argc, char** argv) {
    raw::options options;
    bench::command_line line{"An echo server on bare io_uring.", "raw_echo_uring"};
    raw::add_server_flags(line, options);
    raw::parse_or_exit(line, argc, argv);
    const double started = raw::monotonic_seconds();
    echo server{options};
    server.run();
    raw::print_server_summary(options, "raw_echo_uring", "raw-io_uring", server.result(), started);
}
