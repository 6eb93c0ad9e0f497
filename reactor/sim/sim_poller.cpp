#include <iapp/reactor/sim/sim_poller.hpp>

#include <algorithm>

namespace iapp {

namespace {

constexpr std::size_t closed_kept = 16;

} // namespace

sim_poller::sim_poller(sim_network& network, sim_host host, const sim_program& program)
    : network_{network}, host_{host}, program_{program} {
    network_.waiters_.push_back(this);
}

sim_poller::~sim_poller() {
    std::erase(network_.waiters_, static_cast<sim_waiter*>(this));
}

sim_poller::registration* sim_poller::find(descriptor fd) noexcept {
    const auto index = static_cast<std::size_t>(fd);
    return index < registered_.size() && registered_[index].key != 0 ? &registered_[index]
                                                                     : nullptr;
}

void sim_poller::change(const interest_change& c) {
    sim_descriptor* d = network_.find(host_, c.fd);
    if (d == nullptr || !network_.runs(host_, program_)) {
        failed_.push_back({.key = c.key,
                           .ended = true,
                           .error = static_cast<int>(std::errc::bad_file_descriptor)});
        return;
    }
    if (c.first && network_.draw(&sim_faults::no_memory)) {
        failed_.push_back(
            {.key = c.key, .ended = true, .error = static_cast<int>(std::errc::not_enough_memory)});
        return;
    }
    d->waiter = this;
    const auto index = static_cast<std::size_t>(c.fd);
    if (registered_.size() <= index) {
        registered_.resize(index + 1);
    }
    registration& r = registered_[index];
    r.key = c.key;
    r.asked = c.after;
    r.level = c.level;
    queue(c.fd);
}

void sim_poller::forget(descriptor fd, interest, bool) noexcept {
    registration* r = find(fd);
    if (r == nullptr) {
        return;
    }
    closed_.push_back(r->key);
    if (closed_.size() > closed_kept) {
        closed_.erase(closed_.begin());
    }
    network_.stop_waiting(host_, fd, *this);
    lost(fd);
}

void sim_poller::lost(descriptor fd) noexcept {
    registered_[static_cast<std::size_t>(fd)] = {};
    std::erase(queued_, fd);
}

void sim_poller::queue(descriptor fd) {
    registration* r = find(fd);
    if (r != nullptr && !r->queued) {
        r->queued = true;
        queued_.push_back(fd);
    }
}

void sim_poller::signaled(descriptor fd) {
    queue(fd);
}

bool sim_poller::has_news() const noexcept {
    return !queued_.empty() || !failed_.empty() || woken_.load(std::memory_order_acquire);
}

std::size_t sim_poller::wait(std::span<ready_event> out, duration timeout) {
    ++calls_;
    network_.run_due();
    std::size_t used = collect(out);
    if (used == 0) {
        network_.wait(*this, timeout);
        used = collect(out);
    }
    woken_.exchange(false, std::memory_order_acquire); // pairs with the store in wake()
    add_untrue(out, used);
    return used;
}

std::size_t sim_poller::collect(std::span<ready_event> out) {
    if (network_.draw(&sim_faults::interrupted)) {
        return 0;
    }
    std::size_t used = 0;
    while (!failed_.empty() && used < out.size()) {
        out[used++] = failed_.back();
        failed_.pop_back();
    }
    std::vector<descriptor> now;
    now.swap(queued_);
    if (network_.draw(&sim_faults::reordered)) {
        for (std::size_t i = now.size(); i > 1; --i) {
            std::swap(now[i - 1], now[network_.below(i)]);
        }
    }
    for (const descriptor fd : now) {
        registration& r = registered_[static_cast<std::size_t>(fd)];
        r.queued = false;
        if (used == out.size() || network_.draw(&sim_faults::held_back)) {
            queue(fd);
        } else if (look(fd, r, out[used])) {
            network_.note(sim_step::report, static_cast<std::uint64_t>(fd));
            ++used;
        }
    }
    return used;
}

// Whether there is anything to report now. What is asked for as long as it is so stays in the
// queue.
bool sim_poller::look(descriptor fd, registration& r, ready_event& event) {
    const sim_readiness is = network_.readiness(host_, fd);
    const bool asked = !r.level || r.asked != interest{};
    event = {.key = r.key,
             .readable = is.readable && (r.asked.read || !r.level),
             .writable = is.writable && r.asked.write,
             .ended = is.ended && asked};
    if (event.ended && event.readable && !r.end_told) {
        r.end_told = true;
        if (network_.draw(&sim_faults::late_hang_up)) {
            event.ended = false;
            queue(fd);
        }
    }
    const bool any = event.readable || event.writable || event.ended;
    if (any && r.level) {
        queue(fd);
    }
    return any;
}

// Events of what is not so.
void sim_poller::add_untrue(std::span<ready_event> out, std::size_t& used) {
    if (!closed_.empty() && used < out.size() && network_.draw(&sim_faults::stale_event)) {
        out[used++] = {.key = closed_[network_.below(closed_.size())],
                       .readable = true,
                       .writable = true,
                       .ended = true};
    }
    if (registered_.empty() || used == out.size() || !network_.draw(&sim_faults::spurious)) {
        return;
    }
    const auto fd = static_cast<descriptor>(network_.below(registered_.size()));
    const registration* r = find(fd);
    if (r != nullptr && !r->level) {
        // No system calls a connect that is under way writable: that would end it.
        const bool connected = network_.readiness(host_, fd).connected;
        out[used++] = {.key = r->key, .readable = true, .writable = r->asked.write && connected};
    }
}

} // namespace iapp
