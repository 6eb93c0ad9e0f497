// raw_echo on FreeBSD: sends back what it reads. One thread, one buffer, EVFILT_READ registered
// once with EV_CLEAR; EVFILT_WRITE only while a send is blocked, because it fires at every
// acknowledgement. What a full socket does not take is kept, and nothing more is read from that
// peer until it is gone.

#include "raw_socket.hpp"

#include <sys/event.h>

#include <vector>

namespace {

constexpr int max_events = 256;
// Reads of one socket in a turn: a sender as fast as we are must not keep the others waiting.
constexpr int read_budget = 64;

struct peer {
    std::vector<char> unsent; // what its full socket did not take
    bool queued = false;      // in again_
};

class echo {
  public:
    explicit echo(const raw::options& o) : options_{o}, buffer_(o.io_size) {}

    void run() {
        raw::raise_open_files();
        raw::block_stop_signals();
        kqueue_ = kqueue();
        listener_ = raw::listen_or_die(options_);
        for (int number : raw::stop_signals)
            change(number, EVFILT_SIGNAL, EV_ADD | EV_CLEAR);
        change(listener_, EVFILT_READ, EV_ADD | EV_CLEAR);
        raw::start_duration(options_);
        std::vector<int> turn;
        for (bool running = true; running;) {
            const std::uint64_t closed_before = totals_.closed;
            turn.swap(again_);
            again_.clear();
            for (int fd : turn) {
                peers_[static_cast<std::size_t>(fd)].queued = false;
                serve(fd, EVFILT_READ, EV_EOF);
            }
            const int ready = wait();
            for (int i = 0; i < ready; ++i) {
                const struct kevent& event = events_[i];
                const int fd = static_cast<int>(event.ident);
                if (event.flags & EV_ERROR)
                    check_failed_change(static_cast<int>(event.data));
                else if (event.filter == EVFILT_SIGNAL)
                    running = false;
                else if (fd == listener_)
                    accept_all();
                else if (!peers_[static_cast<std::size_t>(fd)].queued)
                    serve(fd, event.filter, event.flags);
            }
            if (accept_paused_ && (ready == 0 || totals_.closed != closed_before))
                accept_all();
        }
    }

    const raw::totals& result() const { return totals_; }

  private:
    // Hands over the changes and waits. There is always an event slot for each change, so a change
    // that fails is reported instead of ending the list.
    int wait() {
        const timespec retry{0, again_.empty() ? raw::accept_retry_ms * 1'000'000L : 0};
        const int ready = kevent(kqueue_, changes_, change_count_, events_, max_events,
                                 accept_paused_ || !again_.empty() ? &retry : nullptr);
        ++totals_.syscalls;
        change_count_ = 0;
        return ready;
    }

    void change(int ident, short filter, unsigned short flags) {
        if (change_count_ == max_events) {
            kevent(kqueue_, changes_, change_count_, nullptr, 0, nullptr);
            ++totals_.syscalls;
            change_count_ = 0;
        }
        EV_SET(&changes_[change_count_++], static_cast<uintptr_t>(ident), filter, flags, 0, 0,
               nullptr);
    }

    // A connection may close between the asking for EVFILT_WRITE and the call that carries it.
    static void check_failed_change(int error) {
        if (error != EBADF)
            raw::die_of("kevent", error);
    }

    void accept_all() {
        for (int fd; (fd = raw::accept_next(listener_, options_, totals_, accept_paused_)) >= 0;) {
            if (peers_.size() <= static_cast<std::size_t>(fd))
                peers_.resize(static_cast<std::size_t>(fd) + 1);
            change(fd, EVFILT_READ, EV_ADD | EV_CLEAR);
        }
    }

    // A descriptor may have been closed, and its number taken again, since it was reported. That
    // costs a read that says EAGAIN or EBADF and harms nobody.
    void serve(int fd, short filter, unsigned flags) {
        auto& unsent = peers_[static_cast<std::size_t>(fd)].unsent;
        // After a pause the READ event is long gone, so only an empty socket ends the turn.
        const bool read_on = filter == EVFILT_WRITE || (flags & EV_EOF);
        if (!unsent.empty()) {
            if (filter != EVFILT_WRITE)
                return;
            const ssize_t n = send_some(fd, unsent.data(), unsent.size());
            if (n < 0)
                return finish(fd, true);
            unsent.erase(unsent.begin(), unsent.begin() + n);
            if (!unsent.empty())
                return change(fd, EVFILT_WRITE, EV_ADD | EV_ONESHOT);
        }
        for (int i = 0; i < read_budget; ++i) {
            const ssize_t n = recv(fd, buffer_.data(), buffer_.size(), 0);
            ++totals_.syscalls;
            if (n > 0) {
                totals_.bytes_in += static_cast<std::uint64_t>(n);
                const ssize_t sent = send_some(fd, buffer_.data(), static_cast<std::size_t>(n));
                if (sent < 0)
                    return finish(fd, true);
                if (sent < n) {
                    unsent.assign(buffer_.begin() + sent, buffer_.begin() + n);
                    return change(fd, EVFILT_WRITE, EV_ADD | EV_ONESHOT);
                }
                if (static_cast<std::size_t>(n) < buffer_.size() && !read_on)
                    return; // what arrives later is a new event
            } else if (n < 0 && (errno == EAGAIN || errno == EBADF)) {
                return;
            } else if (n == 0 || errno != EINTR) {
                return finish(fd, n < 0);
            }
        }
        peers_[static_cast<std::size_t>(fd)].queued = true;
        again_.push_back(fd);
    }

    // How much the socket took, which may be nothing, or -1 when the peer is gone.
    ssize_t send_some(int fd, const char* data, std::size_t size) {
        const ssize_t n = send(fd, data, size, MSG_NOSIGNAL);
        ++totals_.syscalls;
        if (n >= 0)
            totals_.bytes_out += static_cast<std::uint64_t>(n);
        return n < 0 && errno == EAGAIN ? 0 : n;
    }

    void finish(int fd, bool reset) {
        totals_.reset += reset;
        std::vector<char>{}.swap(peers_[static_cast<std::size_t>(fd)].unsent);
        close(fd);
        ++totals_.syscalls;
        ++totals_.closed;
    }

    raw::options options_;
    std::vector<char> buffer_;
    std::vector<peer> peers_; // by descriptor
    raw::totals totals_;
    std::vector<int> again_; // whose turn ended before their socket was empty
    int kqueue_ = -1;
    int listener_ = -1;
    bool accept_paused_ = false;
    int change_count_ = 0;
    struct kevent changes_[max_events];
    struct kevent events_[max_events];
};

} // namespace

int main(int argc, char** argv) {
    raw::options options;
    bench::command_line line{"An echo server on bare kqueue.", "raw_echo"};
    raw::add_server_flags(line, options);
    raw::parse_or_exit(line, argc, argv);
    const double started = raw::monotonic_seconds();
    echo server{options};
    server.run();
    raw::print_server_summary(options, "raw_echo", "raw-kqueue", server.result(), started);
}
