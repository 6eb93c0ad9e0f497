#include <iapp/reactor/poll/poll_poller.hpp>

#include <iapp/mailbox/check.hpp>
#include <iapp/reactor/os/wait_time.hpp>
#include <iapp/reactor/poll/wake_pipe.hpp>

#include <cerrno>
#include <poll.h>
#include <utility>
#include <vector>

namespace iapp {

namespace {

constexpr short ended_bits = POLLRDHUP | POLLHUP | POLLERR | POLLNVAL;

// Always reports for as long as it is so, `level` or not, and exactly what is wanted. Hang-ups and
// errors come unasked: where nobody waits for anything they are reported once.
class poll_poller final : public poller {
  public:
    std::error_code open();

    std::string_view name() const noexcept override { return "poll"; }

    void change(const interest_change& c) override;
    void forget(descriptor fd, interest registered, bool stays_open) noexcept override;
    std::size_t wait(std::span<ready_event> out, duration timeout) override;

    void wake() noexcept override { wakes_.ring(); }

    std::uint64_t calls() const noexcept override { return calls_; }

  private:
    // Slot 0 is the wake pipe's, so it also says "none".
    static constexpr std::size_t none = 0;

    // A masked slot holds the complement of its descriptor, which poll(2) skips.
    static descriptor descriptor_of(const pollfd& p) noexcept { return p.fd < 0 ? ~p.fd : p.fd; }

    std::size_t slot_of(descriptor fd) const noexcept {
        const auto index = static_cast<std::size_t>(fd);
        return index < slots_.size() ? slots_[index] : none;
    }

    std::size_t add(descriptor fd);
    std::size_t collect(std::span<ready_event> out, int ready) noexcept;
    static ready_event take(pollfd& p, std::uint64_t key) noexcept;

    wake_pipe wakes_;
    std::vector<pollfd> polled_;
    std::vector<std::uint64_t> keys_; // parallel to polled_
    std::vector<std::size_t> slots_;  // by descriptor
    std::size_t last_ = none;         // where the last collecting ended
    std::uint64_t calls_ = 0;
};

std::error_code poll_poller::open() {
    const std::error_code refused = wakes_.open();
    polled_.push_back({.fd = wakes_.read_end(), .events = POLLIN, .revents = 0});
    keys_.push_back(0);
    return refused;
}

std::size_t poll_poller::add(descriptor fd) {
    const auto index = static_cast<std::size_t>(fd);
    if (slots_.size() <= index) {
        slots_.resize(index + 1, none);
    }
    slots_[index] = polled_.size();
    polled_.push_back({});
    keys_.push_back(0);
    return slots_[index];
}

void poll_poller::change(const interest_change& c) {
    std::size_t slot = slot_of(c.fd);
    if (slot == none) {
        slot = add(c.fd);
    }
    // POLLRDHUP tells the end of a stream while its last bytes are unread. Not asked of descriptors
    // that may not be sockets: some FreeBSD devices answer POLLNVAL to it.
    const int read = c.level ? POLLIN : POLLIN | POLLRDHUP;
    const int events = (c.after.read ? read : 0) | (c.after.write ? POLLOUT : 0);
    const bool silent = c.level && c.after == interest{};
    polled_[slot] = {
        .fd = silent ? ~c.fd : c.fd, .events = static_cast<short>(events), .revents = 0};
    keys_[slot] = c.key;
}

void poll_poller::forget(descriptor fd, interest, bool) noexcept {
    const std::size_t slot = slot_of(fd);
    if (slot == none) {
        return;
    }
    polled_[slot] = polled_.back();
    keys_[slot] = keys_.back();
    slots_[static_cast<std::size_t>(descriptor_of(polled_[slot]))] = slot;
    slots_[static_cast<std::size_t>(fd)] = none;
    polled_.pop_back();
    keys_.pop_back();
}

std::size_t poll_poller::wait(std::span<ready_event> out, duration timeout) {
    ++calls_;
    int ready = ::poll(polled_.data(), static_cast<nfds_t>(polled_.size()), os::wait_ms(timeout));
    if (ready < 0) {
        IAPP_CHECK(errno == EINTR || errno == ENOMEM, "poll(2) takes as many as can be open");
        return 0;
    }
    if (polled_[0].revents != 0) {
        wakes_.swallow();
        --ready;
    }
    return collect(out, ready);
}

// Goes on where the last one ended: what finds no room in `out` is first the next time.
std::size_t poll_poller::collect(std::span<ready_event> out, int ready) noexcept {
    const std::size_t count = polled_.size() - 1;
    std::size_t used = 0;
    for (std::size_t i = 0; i < count && ready > 0 && used < out.size(); ++i) {
        last_ = last_ < count ? last_ + 1 : 1;
        if (polled_[last_].revents != 0) {
            out[used++] = take(polled_[last_], keys_[last_]);
            --ready;
        }
    }
    return used;
}

ready_event poll_poller::take(pollfd& p, std::uint64_t key) noexcept {
    const bool closed = (p.revents & POLLNVAL) != 0;
    const bool ended = (p.revents & ended_bits) != 0;
    const ready_event event{.key = key,
                            .readable = ended || (p.revents & POLLIN) != 0,
                            .writable = (p.revents & (POLLOUT | (ended_bits & ~POLLRDHUP))) != 0,
                            .ended = ended,
                            .error = closed ? EBADF : 0};
    // Unasked, or for ever: once is enough. The next change unmasks it.
    if (p.events == 0 || closed) {
        p.fd = ~p.fd;
    }
    return event;
}

} // namespace

result<std::unique_ptr<poller>> make_poll_poller() {
    auto made = std::make_unique<poll_poller>();
    const std::error_code refused = made->open();
    if (refused) {
        return refused;
    }
    return std::unique_ptr<poller>{std::move(made)};
}

} // namespace iapp
