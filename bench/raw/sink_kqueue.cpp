// raw_sink on FreeBSD: accepts, reads and throws away. One thread, one buffer, one EV_CLEAR
// registration for each socket, which rides the waiting call. `--discard trunc` copies all the
// same: FreeBSD does not discard on a stream.

#include "raw_socket.hpp"

#include <sys/event.h>

#include <vector>

namespace {

constexpr int max_events = 256;
// Reads of one socket in a turn: a sender as fast as we are must not keep the others waiting.
constexpr int read_budget = 64;

class sink {
  public:
    explicit sink(const raw::options& o) : options_{o}, buffer_(o.io_size) {}

    void run() {
        raw::raise_open_files();
        raw::block_stop_signals();
        kqueue_ = kqueue();
        listener_ = raw::listen_or_die(options_);
        for (int number : raw::stop_signals)
            change(number, EVFILT_SIGNAL);
        change(listener_, EVFILT_READ);
        raw::start_duration(options_);
        std::vector<int> turn;
        for (bool running = true; running;) {
            const std::uint64_t closed_before = totals_.closed;
            turn.swap(again_);
            again_.clear();
            for (int fd : turn) {
                queued_[static_cast<std::size_t>(fd)] = 0;
                drain(fd, EV_EOF);
            }
            const int ready = wait();
            for (int i = 0; i < ready; ++i) {
                const struct kevent& event = events_[i];
                const int fd = static_cast<int>(event.ident);
                if (event.flags & EV_ERROR)
                    raw::die_of("kevent", static_cast<int>(event.data));
                else if (event.filter == EVFILT_SIGNAL)
                    running = false;
                else if (fd == listener_)
                    accept_all();
                else if (!queued_[static_cast<std::size_t>(fd)])
                    drain(fd, event.flags);
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

    void change(int ident, short filter) {
        if (change_count_ == max_events) {
            kevent(kqueue_, changes_, change_count_, nullptr, 0, nullptr);
            ++totals_.syscalls;
            change_count_ = 0;
        }
        EV_SET(&changes_[change_count_++], static_cast<uintptr_t>(ident), filter, EV_ADD | EV_CLEAR,
               0, 0, nullptr);
    }

    void accept_all() {
        for (int fd; (fd = raw::accept_next(listener_, options_, totals_, accept_paused_)) >= 0;) {
            if (queued_.size() <= static_cast<std::size_t>(fd))
                queued_.resize(static_cast<std::size_t>(fd) + 1);
            change(fd, EVFILT_READ);
        }
    }

    // A short read ends the turn: whatever arrives later is a new event. After EV_EOF there is
    // none, so then we read to the end. EBADF is an event that was fetched before its socket
    // closed.
    void drain(int fd, unsigned flags) {
        for (int i = 0; i < read_budget; ++i) {
            const ssize_t n = recv(fd, buffer_.data(), buffer_.size(), 0);
            ++totals_.syscalls;
            if (n > 0) {
                totals_.bytes_in += static_cast<std::uint64_t>(n);
                if (static_cast<std::size_t>(n) < buffer_.size() && !(flags & EV_EOF))
                    return;
            } else if (n < 0 && (errno == EAGAIN || errno == EBADF)) {
                return;
            } else if (n == 0 || errno != EINTR) {
                totals_.reset += n < 0;
                close(fd);
                ++totals_.syscalls;
                ++totals_.closed;
                return;
            }
        }
        queued_[static_cast<std::size_t>(fd)] = 1;
        again_.push_back(fd);
    }

    raw::options options_;
    std::vector<char> buffer_;
    raw::totals totals_;
    std::vector<char> queued_; // by descriptor: it is in again_
    std::vector<int> again_;   // whose turn ended before their socket was empty
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
    bench::command_line line{"A sink on bare kqueue: reads what comes and throws it away.",
                             "raw_sink"};
    raw::add_server_flags(line, options);
    raw::add_discard_flag(line, options, "copy or trunc; on this system both copy");
    raw::parse_or_exit(line, argc, argv);
    const double started = raw::monotonic_seconds();
    sink server{options};
    server.run();
    raw::print_server_summary(options, "raw_sink", "raw-kqueue", server.result(), started);
}
