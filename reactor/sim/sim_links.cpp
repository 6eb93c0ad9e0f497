// How bytes travel in a simulated network.

#include <iapp/reactor/sim/sim_network.hpp>

#include <algorithm>

namespace iapp {

// When a piece that leaves now arrives; in the order of leaving.
time_point sim_network::arrival(sim_connection& c, unsigned to, std::size_t bytes) {
    sim_pipe& pipe = c.ends[to].in;
    time_point at = now_;
    if (!c.is_unix()) {
        const bool inside = c.ends[0].host == c.ends[1].host;
        const sim_link& link = inside ? options_.loopback : options_.link;
        if (link.bytes_per_second > 0) {
            const auto busy =
                static_cast<std::uint64_t>(bytes) * 1'000'000'000U / link.bytes_per_second;
            pipe.link_free =
                std::max(pipe.link_free, now_) + duration{static_cast<duration::rep>(busy)};
            at = pipe.link_free;
        }
        at += link.latency;
        if (link.jitter > duration::zero()) {
            at += duration{
                static_cast<duration::rep>(below(static_cast<std::uint64_t>(link.jitter.count())))};
        }
    }
    pipe.last_arrival = std::max(pipe.last_arrival, at);
    return pipe.last_arrival;
}

// Whatever may leave for that end does.
void sim_network::pump(sim_connection& c, unsigned to) {
    const sim_end& sender = c.ends[1 - to];
    sim_pipe& pipe = c.ends[to].in;
    if (sender.broken || !sender.connected) {
        return;
    }
    bool any = false;
    while (const std::size_t count = pipe.may_depart(options_.piece_bytes)) {
        pipe.depart(count);
        any = true;
        hold_up(pipe, draw(&sim_faults::late));
        schedule(arrival(c, to, count), event_kind::bytes, c.id, to, count);
    }
    if (pipe.end_may_depart()) {
        pipe.depart_end();
        hold_up(pipe, draw(&sim_faults::late_end));
        schedule(arrival(c, to, 0), event_kind::end, c.id, to, 0);
    }
    if (any && pipe.has_fair_room()) {
        signal(sender);
    }
}

void sim_network::hold_up(sim_pipe& pipe, bool late) {
    if (late) {
        pipe.last_arrival = std::max(pipe.last_arrival, now_ + delay());
    }
}

void sim_network::announce_window(sim_connection& c, unsigned by) {
    std::uint64_t edge = 0;
    if (!c.ends[by].broken && c.ends[by].in.take_news_of_window(edge)) {
        schedule(arrival(c, 1 - by, 0), event_kind::window, c.id, 1 - by, edge);
    }
}

void sim_network::send_reset(sim_connection& c, unsigned to) {
    c.ends[1 - to].broken = true;
    schedule(arrival(c, to, 0), event_kind::reset, c.id, to,
             static_cast<std::uint64_t>(std::errc::connection_reset));
}

bool sim_network::can_reach(sim_host a, sim_host b) const noexcept {
    const sim_process& from = *processes_[a.number];
    const sim_process& to = *processes_[b.number];
    if (from.down || to.down) {
        return false;
    }
    return a == b || (!from.stalled && !to.stalled &&
                      partitions_.count(std::minmax(a.number, b.number)) == 0);
}

void sim_network::signal(const sim_end& e) {
    signal(e.host, e.held ? e.fd : no_descriptor);
}

void sim_network::signal(const sim_listener& l) {
    signal(l.host, l.fd);
}

void sim_network::signal(sim_host host, descriptor fd) {
    const sim_descriptor* d = find(host, fd);
    if (d != nullptr && d->waiter != nullptr) {
        d->waiter->signaled(fd);
    }
}

} // namespace iapp
