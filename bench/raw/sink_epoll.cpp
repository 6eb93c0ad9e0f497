// raw_sink on Linux: accepts, reads and throws away. One thread, one buffer, edge-triggered, each
// socket registered once. This is the least a sink can do, and so the limit that srv is held
// against.

#include "raw_socket.hpp"

#include <sys/epoll.h>
#include <sys/signalfd.h>

#include <vector>

namespace {

constexpr std::uint32_t interest = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
constexpr std::uint32_t hangup = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
constexpr int max_events = 256;
// Reads of one socket in a turn: a sender as fast as we are must not keep the others waiting.
constexpr int read_budget = 64;

class sink {
  public:
    explicit sink(const raw::options& o)
        : options_{o}, discard_flag_{o.discard == "trunc" ? MSG_TRUNC : 0}, buffer_(o.io_size) {}

    void run() {
        raw::raise_open_files();
        const sigset_t stop = raw::block_stop_signals();
        const int signals = signalfd(-1, &stop, SFD_NONBLOCK | SFD_CLOEXEC);
        epoll_ = epoll_create1(EPOLL_CLOEXEC);
        listener_ = raw::listen_or_die(options_);
        watch(signals, EPOLL_CTL_ADD, EPOLLIN);
        watch(listener_, EPOLL_CTL_ADD, EPOLLIN | EPOLLET);
        raw::start_duration(options_);
        epoll_event events[max_events];
        for (bool running = true; running;) {
            const int ready =
                epoll_wait(epoll_, events, max_events, accept_paused_ ? raw::accept_retry_ms : -1);
            ++totals_.syscalls;
            const std::uint64_t closed_before = totals_.closed;
            for (int i = 0; i < ready; ++i) {
                const int fd = events[i].data.fd;
                if (fd == signals)
                    running = false;
                else if (fd == listener_)
                    accept_all();
                else if (events[i].events & ~static_cast<std::uint32_t>(EPOLLOUT))
                    drain(fd, events[i].events);
            }
            if (accept_paused_ && (ready == 0 || totals_.closed != closed_before))
                accept_all();
        }
    }

    const raw::totals& result() const { return totals_; }

  private:
    void accept_all() {
        for (int fd; (fd = raw::accept_next(listener_, options_, totals_, accept_paused_)) >= 0;)
            watch(fd, EPOLL_CTL_ADD, interest);
    }

    void watch(int fd, int operation, std::uint32_t what) {
        epoll_event event{};
        event.events = what;
        event.data.fd = fd;
        epoll_ctl(epoll_, operation, fd, &event);
        ++totals_.syscalls;
    }

    // A short read ends the turn: whatever arrives later is a new edge. After a hang-up there is
    // none, so then we read to the end.
    void drain(int fd, std::uint32_t events) {
        for (int i = 0; i < read_budget; ++i) {
            const ssize_t n = recv(fd, buffer_.data(), buffer_.size(), discard_flag_);
            ++totals_.syscalls;
            if (n > 0) {
                totals_.bytes_in += static_cast<std::uint64_t>(n);
                if (static_cast<std::size_t>(n) < buffer_.size() && !(events & hangup))
                    return;
            } else if (n < 0 && errno == EAGAIN) {
                return;
            } else if (n == 0 || errno != EINTR) {
                totals_.reset += n < 0;
                close(fd);
                ++totals_.syscalls;
                ++totals_.closed;
                return;
            }
        }
        watch(fd, EPOLL_CTL_MOD, interest); // reports at once what is still there
    }

    raw::options options_;
    int discard_flag_;
    std::vector<char> buffer_;
    raw::totals totals_;
    int epoll_ = -1;
    int listener_ = -1;
    bool accept_paused_ = false;
};

} // namespace

int main(int argc, char** argv) {
    raw::options options;
    bench::command_line line{"A sink on bare epoll: reads what comes and throws it away.",
                             "raw_sink"};
    raw::add_server_flags(line, options);
    raw::add_discard_flag(line, options, "copy reads into a buffer, trunc uses MSG_TRUNC");
    raw::parse_or_exit(line, argc, argv);
    const double started = raw::monotonic_seconds();
    sink server{options};
    server.run();
    raw::print_server_summary(options, "raw_sink", "raw-epoll", server.result(), started);
}
