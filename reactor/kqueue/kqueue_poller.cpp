#include <iapp/reactor/kqueue/kqueue_poller.hpp>

#include <iapp/reactor/kqueue/change_list.hpp>
#include <iapp/reactor/kqueue/open_kqueue.hpp>
#include <iapp/reactor/kqueue/wake_event.hpp>
#include <iapp/reactor/os/system_kernel.hpp>
#include <iapp/reactor/os/wait_time.hpp>

#include <algorithm>
#include <array>
#include <unistd.h>

namespace iapp {

namespace {

// A socket has two registrations, READ and WRITE, so up to two events of one key come out of one
// wait. `data` is never looked at: what it means depends on the system and on the descriptor.
class kqueue_poller final : public poller {
  public:
    kqueue_poller(int kqueue_fd, int wake_handle) noexcept
        : kqueue_fd_{kqueue_fd}, wake_handle_{wake_handle}, changes_{kqueue_fd} {}

    ~kqueue_poller() override {
        close_wake_event(wake_handle_);
        ::close(kqueue_fd_);
    }

    std::string_view name() const noexcept override { return "kqueue"; }

    void change(const interest_change& c) override {
        if (c.level) {
            changes_.follow_level(c);
        } else {
            changes_.follow(c);
        }
    }

    void forget(descriptor fd, interest, bool stays_open) noexcept override {
        changes_.forget(fd, stays_open);
    }

    std::size_t wait(std::span<ready_event> out, duration timeout) override;

    void wake() noexcept override { trigger_wake_event(wake_handle_); }

    std::uint64_t calls() const noexcept override { return changes_.calls(); }

  private:
    static ready_event translate(const struct kevent& seen) noexcept;

    int kqueue_fd_;
    int wake_handle_;
    change_list changes_;
    std::array<struct kevent, 512> seen_;
};

std::size_t kqueue_poller::wait(std::span<ready_event> out, duration timeout) {
    const int wait_ms = os::wait_ms(timeout);
    const timespec limit{.tv_sec = wait_ms / 1000, .tv_nsec = wait_ms % 1000 * 1'000'000L};
    const std::size_t room = std::min(out.size(), seen_.size());
    const std::size_t count =
        changes_.wait(std::span{seen_}.first(room), wait_ms < 0 ? nullptr : &limit);
    std::size_t used = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (key_of(seen_[i]) != nobodys_key) {
            out[used++] = translate(seen_[i]);
        }
    }
    return used;
}

ready_event kqueue_poller::translate(const struct kevent& seen) noexcept {
    if ((seen.flags & EV_ERROR) != 0) {
        return {.key = key_of(seen), .ended = true, .error = static_cast<std::int32_t>(seen.data)};
    }
    const bool ended = (seen.flags & EV_EOF) != 0;
    // Events carry the EV_CLEAR they were registered with, and with it come our sockets, whose
    // end has the socket's error in fflags (also that of a connect that failed). Elsewhere fflags
    // may mean anything.
    const bool ours = (seen.flags & EV_CLEAR) != 0;
    return {.key = key_of(seen),
            .readable = seen.filter == EVFILT_READ,
            .writable = seen.filter == EVFILT_WRITE,
            .ended = ended,
            .error = ended && ours ? static_cast<std::int32_t>(seen.fflags) : 0};
}

} // namespace

result<std::unique_ptr<poller>> make_kqueue_poller() {
    const int kqueue_fd = open_kqueue();
    if (kqueue_fd < 0) {
        return last_error();
    }
    const result<int> wake_handle = open_wake_event(kqueue_fd);
    if (!wake_handle) {
        ::close(kqueue_fd);
        return wake_handle.error();
    }
    return std::unique_ptr<poller>{std::make_unique<kqueue_poller>(kqueue_fd, *wake_handle)};
}

} // namespace iapp
