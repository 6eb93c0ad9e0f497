#include <iapp/reactor/epoll/epoll_poller.hpp>

#include <iapp/reactor/os/system_kernel.hpp>
#include <iapp/reactor/os/wait_time.hpp>

#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <vector>

namespace iapp {

namespace {

// No slot_id has generation 0, so this names the eventfd.
constexpr std::uint64_t wake_key = 0;

// Sockets are registered once, edge-triggered, for everything: a connection costs one epoll_ctl in
// its life, and what nobody waits for is an event now and then, not a system call.
constexpr std::uint32_t everything = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;

class epoll_poller final : public poller {
  public:
    epoll_poller(int epoll_fd, int event_fd) noexcept : epoll_fd_{epoll_fd}, event_fd_{event_fd} {}

    ~epoll_poller() override {
        ::close(event_fd_);
        ::close(epoll_fd_);
    }

    std::string_view name() const noexcept override { return "epoll"; }

    void change(const interest_change& c) override {
        if (c.level) {
            control(level_verb(c), c, exactly(c.after));
        } else if (c.first) {
            control(EPOLL_CTL_ADD, c, everything);
        }
    }

    void forget(descriptor fd, interest registered, bool stays_open) noexcept override {
        // Closing ends a registration unless a duplicate of the descriptor lives on. Ours are
        // close-on-exec and never duplicated, so only those of others need the call.
        if (stays_open && registered != interest{}) {
            ++calls_;
            ::epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, fd, nullptr);
        }
    }

    std::size_t wait(std::span<ready_event> out, duration timeout) override;

    void wake() noexcept override {
        const int saved = errno; // a signal handler may be calling
        const std::uint64_t one = 1;
        // It can fail only when the counter is full, and then a wake is pending already.
        [[maybe_unused]] const ssize_t written = ::write(event_fd_, &one, sizeof one);
        errno = saved;
    }

    std::uint64_t calls() const noexcept override { return calls_; }

  private:
    static int level_verb(const interest_change& c) noexcept {
        if (c.before == interest{}) {
            return EPOLL_CTL_ADD;
        }
        // Deleted, not emptied: hang-ups are reported even where nothing is asked for.
        return c.after == interest{} ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;
    }

    void control(int verb, const interest_change& c, std::uint32_t events) {
        epoll_event event{};
        event.events = events;
        event.data.u64 = c.key;
        ++calls_;
        if (::epoll_ctl(epoll_fd_, verb, c.fd, &event) != 0) {
            failed_.push_back({.key = c.key, .ended = true, .error = errno});
        }
    }

    static std::uint32_t exactly(interest what) noexcept {
        return (what.read ? EPOLLIN | EPOLLRDHUP : 0U) | (what.write ? EPOLLOUT : 0U);
    }

    std::size_t report_failed(std::span<ready_event> out) noexcept {
        std::size_t used = 0;
        while (!failed_.empty() && used < out.size()) {
            out[used++] = failed_.back();
            failed_.pop_back();
        }
        return used;
    }

    int epoll_fd_;
    int event_fd_; // edge-triggered, so it is never read
    std::uint64_t calls_ = 0;
    std::vector<ready_event> failed_;
    std::array<epoll_event, 256> events_;
};

std::size_t epoll_poller::wait(std::span<ready_event> out, duration timeout) {
    if (!failed_.empty()) {
        return report_failed(out);
    }
    const int room = static_cast<int>(std::min(out.size(), events_.size()));
    ++calls_;
    const int count = ::epoll_wait(epoll_fd_, events_.data(), room, os::wait_ms(timeout));
    std::size_t used = 0;
    for (int i = 0; i < count; ++i) {
        const std::uint32_t seen = events_[static_cast<std::size_t>(i)].events;
        const std::uint64_t key = events_[static_cast<std::size_t>(i)].data.u64;
        if (key != wake_key) {
            const bool ended = (seen & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
            out[used++] = {.key = key,
                           .readable = ended || (seen & EPOLLIN) != 0,
                           .writable = (seen & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0,
                           .ended = ended};
        }
    }
    return used;
}

} // namespace

result<std::unique_ptr<poller>> make_epoll_poller() {
    const int epoll_fd = ::epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0) {
        return last_error();
    }
    const int event_fd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    epoll_event wakes{};
    wakes.events = EPOLLIN | EPOLLET;
    wakes.data.u64 = wake_key;
    if (event_fd < 0 || ::epoll_ctl(epoll_fd, EPOLL_CTL_ADD, event_fd, &wakes) != 0) {
        const std::error_code refused = last_error();
        ::close(epoll_fd);
        if (event_fd >= 0) {
            ::close(event_fd);
        }
        return refused;
    }
    return std::unique_ptr<poller>{std::make_unique<epoll_poller>(epoll_fd, event_fd)};
}

} // namespace iapp
