// raw_echo on Linux: sends back what it reads. One thread, one buffer, edge-triggered, each socket
// registered once. What a full socket does not take is kept, and nothing more is read from that
// peer until it is gone.

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

class echo {
  public:
    explicit echo(const raw::options& o) : options_{o}, buffer_(o.io_size) {}

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
                else
                    serve(fd, events[i].events);
            }
            if (accept_paused_ && (ready == 0 || totals_.closed != closed_before))
                accept_all();
        }
    }

    const raw::totals& result() const { return totals_; }

  private:
    void accept_all() {
        for (int fd; (fd = raw::accept_next(listener_, options_, totals_, accept_paused_)) >= 0;) {
            if (unsent_.size() <= static_cast<std::size_t>(fd))
                unsent_.resize(static_cast<std::size_t>(fd) + 1);
            watch(fd, EPOLL_CTL_ADD, interest);
        }
    }

    void watch(int fd, int operation, std::uint32_t what) {
        epoll_event event{};
        event.events = what;
        event.data.fd = fd;
        epoll_ctl(epoll_, operation, fd, &event);
        ++totals_.syscalls;
    }

    void serve(int fd, std::uint32_t events) {
        auto& unsent = unsent_[static_cast<std::size_t>(fd)];
        if (!unsent.empty()) {
            const ssize_t n = send_some(fd, unsent.data(), unsent.size());
            if (n < 0)
                return finish(fd, true);
            unsent.erase(unsent.begin(), unsent.begin() + n);
            if (!unsent.empty())
                return; // EPOLLOUT comes when there is room
        } else if (events == EPOLLOUT) {
            return;
        }
        for (int i = 0; i < read_budget; ++i) {
            const ssize_t n = recv(fd, buffer_.data(), buffer_.size(), 0);
            ++totals_.syscalls;
            if (n > 0) {
                totals_.bytes_in += static_cast<std::uint64_t>(n);
                const ssize_t sent = send_some(fd, buffer_.data(), static_cast<std::size_t>(n));
                if (sent < 0)
                    return finish(fd, true);
                if (sent < n)
                    return unsent.assign(buffer_.begin() + sent, buffer_.begin() + n);
                if (static_cast<std::size_t>(n) < buffer_.size() && !(events & hangup))
                    return; // what arrives later is a new edge
            } else if (n < 0 && errno == EAGAIN) {
                return;
            } else if (n == 0 || errno != EINTR) {
                return finish(fd, n < 0);
            }
        }
        watch(fd, EPOLL_CTL_MOD, interest); // reports at once what is still there
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
        std::vector<char>{}.swap(unsent_[static_cast<std::size_t>(fd)]);
        close(fd);
        ++totals_.syscalls;
        ++totals_.closed;
    }

    raw::options options_;
    std::vector<char> buffer_;
    std::vector<std::vector<char>> unsent_; // by descriptor
    raw::totals totals_;
    int epoll_ = -1;
    int listener_ = -1;
    bool accept_paused_ = false;
};

} // namespace

int main(int argc, char** argv) {
    raw::options options;
    bench::command_line line{"An echo server on bare epoll.", "raw_echo"};
    raw::add_server_flags(line, options);
    raw::parse_or_exit(line, argc, argv);
    const double started = raw::monotonic_seconds();
    echo server{options};
    server.run();
    raw::print_server_summary(options, "raw_echo", "raw-epoll", server.result(), started);
}
