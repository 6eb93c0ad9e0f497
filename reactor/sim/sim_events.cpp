// What happens in a simulated network at its time.

#include <iapp/reactor/sim/sim_network.hpp>

#include <algorithm>

namespace iapp {

namespace {

constexpr duration repeat_request = std::chrono::seconds{1}; // where the queue was full

// The earliest in front; the number makes the order of those at one time theirs of scheduling.
constexpr auto later = [](const auto& a, const auto& b) {
    return a.at != b.at ? a.at > b.at : a.sequence > b.sequence;
};

} // namespace

time_point sim_network::next_event() const noexcept {
    return events_.empty() ? time_point::max() : events_.front().at;
}

void sim_network::advance_to(time_point when) {
    while (next_event() <= when) {
        now_ = std::max(now_, next_event());
        run_due();
    }
    now_ = std::max(now_, when);
    note(sim_step::time, static_cast<std::uint64_t>(now_.time_since_epoch().count()));
}

void sim_network::schedule(time_point at, event_kind kind, slot_id what, unsigned to,
                           std::uint64_t value) {
    events_.push_back(
        {std::max(at, now_), sequence_++, kind, static_cast<std::uint8_t>(to), what, value});
    std::push_heap(events_.begin(), events_.end(), later);
}

// Also what is due at once because the link takes no time; the verbs that cause it call this last.
void sim_network::run_due() {
    if (running_) {
        return;
    }
    running_ = true;
    while (next_event() <= now_) {
        std::pop_heap(events_.begin(), events_.end(), later);
        const event e = events_.back();
        events_.pop_back();
        happen(e);
    }
    running_ = false;
}

void sim_network::happen(const event& e) {
    if (e.kind == event_kind::resume) {
        sim_process& p = of({static_cast<std::uint32_t>(e.value)});
        if (now_ >= p.stalled_until) {
            p.stalled = false;
            reopen();
        }
        return;
    }
    if (e.kind == event_kind::announce_listener) {
        if (const sim_listener* l = listeners_.find(e.what)) {
            signal(*l);
        }
        return;
    }
    sim_connection* c = connections_.find(e.what);
    if (c == nullptr || is_blocked(*c, e)) {
        return;
    }
    note(sim_step::event, (static_cast<std::uint64_t>(e.kind) << 48) ^ (e.value << 1) ^ e.to);
    switch (e.kind) {
    case event_kind::request:
        on_request(*c);
        break;
    case event_kind::answer:
        c->ends[0].connected = true;
        signal(c->ends[0]);
        break;
    case event_kind::refusal:
    case event_kind::reset:
        break_end(*c, e.to, static_cast<std::errc>(e.value));
        break;
    case event_kind::bytes:
        on_bytes(*c, e.to, static_cast<std::size_t>(e.value));
        break;
    case event_kind::end:
        c->ends[e.to].in.arrive_end();
        signal(c->ends[e.to]);
        break;
    case event_kind::window:
        c->ends[1 - e.to].in.open_window(e.value);
        pump(*c, 1U - e.to);
        break;
    case event_kind::give_up_connect:
        if (!c->ends[0].connected) {
            break_end(*c, 0, std::errc::timed_out);
        }
        break;
    case event_kind::give_up_sending:
        on_give_up(*c, e.to);
        break;
    default:
        signal(c->ends[e.to]);
    }
}

bool sim_network::is_blocked(const sim_connection& c, const event& e) {
    const bool travels = e.kind < event_kind::give_up_connect;
    if (!travels || can_reach(c.ends[0].host, c.ends[1].host)) {
        return false;
    }
    blocked_.push_back(e);
    if (e.kind == event_kind::bytes || e.kind == event_kind::end) {
        schedule(now_ + options_.send_timeout, event_kind::give_up_sending, c.id, 1U - e.to, 0);
    }
    return true;
}

// What had no way travels now, in its order and before what comes after it.
void sim_network::reopen() {
    std::vector<event> waiting;
    waiting.swap(blocked_);
    for (const event& e : waiting) {
        sim_connection* c = connections_.find(e.what);
        if (c == nullptr) {
            continue;
        }
        if (can_reach(c->ends[0].host, c->ends[1].host)) {
            schedule(arrival(*c, e.to, 0), e.kind, e.what, e.to, e.value);
        } else {
            blocked_.push_back(e);
        }
    }
}

void sim_network::on_request(sim_connection& c) {
    sim_end& server = c.ends[1];
    sim_listener* l = listener_for(server.host, server.local);
    if (l == nullptr) {
        schedule(arrival(c, 0, 0), event_kind::refusal, c.id, 0,
                 static_cast<std::uint64_t>(std::errc::connection_refused));
        return;
    }
    if (l->queue.size() >= l->backlog) {
        schedule(now_ + repeat_request, event_kind::request, c.id, 1, 0);
        return;
    }
    enqueue(c, *l);
    schedule(arrival(c, 0, 0), event_kind::answer, c.id, 0, 0);
}

void sim_network::on_bytes(sim_connection& c, unsigned to, std::size_t count) {
    sim_end& e = c.ends[to];
    if (!e.held) { // closed: nobody will ever read it
        send_reset(c, 1 - to);
        return;
    }
    if (c.is_unix()) {
        // Nothing between its ends could break it.
    } else if (draw(&sim_faults::reset)) {
        break_both(c, std::errc::connection_reset);
    } else if (draw(&sim_faults::timed_out)) {
        break_both(c, std::errc::timed_out);
    }
    e.in.arrive(count);
    signal(e);
}

void sim_network::on_give_up(sim_connection& c, unsigned sender) {
    const auto still_blocked = [&](const event& e) { return e.what == c.id && e.to != sender; };
    if (std::any_of(blocked_.begin(), blocked_.end(), still_blocked)) {
        break_end(c, sender, std::errc::timed_out);
    }
}

void sim_network::break_end(sim_connection& c, unsigned which, std::errc why) {
    sim_end& e = c.ends[which];
    if (e.held && !e.broken) {
        e.broken = true;
        e.error = sim_error(why);
        signal(e);
    }
}

void sim_network::break_both(sim_connection& c, std::errc why) {
    break_end(c, 0, why);
    break_end(c, 1, why);
}

} // namespace iapp
