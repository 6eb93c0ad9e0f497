// The sockets of a simulated network: descriptors, ports, names.

#include <iapp/reactor/sim/sim_network.hpp>

#include <algorithm>

namespace iapp {

namespace {

constexpr std::uint16_t first_port = 32'768; // of those that the system chooses
constexpr std::uint16_t last_port = 60'999;

bool same_ip(const address& a, const address& b) noexcept {
    return a.with_port(0) == b.with_port(0);
}

} // namespace

sim_descriptor* sim_network::find(sim_host host, descriptor fd) noexcept {
    sim_process& p = of(host);
    const auto index = static_cast<std::size_t>(fd);
    const bool open =
        fd >= 0 && index < p.descriptors.size() && p.descriptors[index].kind != sim_kind::none;
    return open ? &p.descriptors[index] : nullptr;
}

// The lowest number that is free, as POSIX wants it: a descriptor that was closed is soon another.
result<descriptor> sim_network::open(sim_host host, const sim_program& by, sim_kind kind,
                                     slot_id what, unsigned end) {
    sim_process& p = of(host);
    if (p.descriptors_used >= p.descriptors_max) {
        return sim_error(std::errc::too_many_files_open);
    }
    const auto free =
        std::find_if(p.descriptors.begin(), p.descriptors.end(),
                     [](const sim_descriptor& d) { return d.kind == sim_kind::none; });
    const auto fd = static_cast<descriptor>(free - p.descriptors.begin());
    if (free == p.descriptors.end()) {
        p.descriptors.emplace_back();
    }
    p.descriptors[static_cast<std::size_t>(fd)] = {kind, what, static_cast<std::uint8_t>(end),
                                                   by.number, nullptr};
    ++p.descriptors_used;
    note(sim_step::open, static_cast<std::uint64_t>(fd));
    return fd;
}

void sim_network::close(sim_host host, descriptor fd) {
    sim_descriptor* d = find(host, fd);
    if (d == nullptr) {
        return;
    }
    note(sim_step::close, static_cast<std::uint64_t>(fd));
    const sim_descriptor was = *d;
    *d = {};
    --of(host).descriptors_used;
    if (was.kind == sim_kind::listener) {
        close_listener(*listeners_.find(was.what));
    } else {
        close_end(*connections_.find(was.what), was.end);
    }
    run_due();
}

void sim_network::close_end(sim_connection& c, unsigned end) {
    sim_end& e = c.ends[end];
    e.held = false;
    e.fd = no_descriptor;
    if (!e.broken && c.ends[1 - end].held) {
        const bool unread = e.in.readable() > 0;
        if (unread || (e.resets && !c.is_unix())) {
            send_reset(c, 1 - end);
        } else {
            e.connected = true; // the other end may know already what this one was not told yet
            c.ends[1 - end].in.shut();
            pump(c, 1 - end);
        }
    }
    if (!c.ends[0].held && !c.ends[1].held) {
        connections_.destroy(c.id);
    }
}

sim_readiness sim_network::readiness(sim_host host, descriptor fd) noexcept {
    const sim_descriptor* d = find(host, fd);
    if (d == nullptr) {
        return {};
    }
    if (d->kind == sim_kind::listener) {
        return {.readable = !listeners_.find(d->what)->queue.empty()};
    }
    const sim_connection& c = *connections_.find(d->what);
    const sim_end& e = c.ends[d->end];
    return {.readable = e.is_readable(),
            .writable = c.is_writable(d->end),
            .ended = e.broken || (e.connected && e.in.end_arrived()),
            .connected = e.connected};
}

void sim_network::stop_waiting(sim_host host, descriptor fd, const sim_waiter& by) noexcept {
    sim_descriptor* d = find(host, fd);
    if (d != nullptr && d->waiter == &by) {
        d->waiter = nullptr;
    }
}

// Connections that nobody accepted are reset.
void sim_network::close_listener(sim_listener& l) {
    for (const slot_id waiting : l.queue) {
        if (sim_connection* c = connections_.find(waiting)) {
            c->ends[1].resets = true;
            close_end(*c, 1);
        }
    }
    std::erase(of(l.host).listeners, l.id);
    listeners_.destroy(l.id);
}

void sim_network::enqueue(sim_connection& c, sim_listener& l) {
    c.ends[1].held = true;
    c.ends[1].connected = true;
    apply(c, 1, l.inherited);
    l.queue.push_back(c.id);
    signal(l);
}

sim_listener* sim_network::listener_for(sim_host host, const address& at) {
    std::vector<sim_listener*> exact;
    std::vector<sim_listener*> any;
    for (const slot_id id : of(host).listeners) {
        sim_listener* l = listeners_.find(id);
        if (l->at == at) {
            exact.push_back(l);
        } else if (l->at.family() == at.family() && l->at.port() == at.port() &&
                   l->at.is_wildcard()) {
            any.push_back(l);
        }
    }
    const std::vector<sim_listener*>& those = exact.empty() ? any : exact;
    return those.size() > 1 ? those[below(those.size())] : those.empty() ? nullptr : those[0];
}

bool sim_network::in_use(sim_host host, const address& at, bool balance) {
    const auto& all = of(host).listeners;
    return std::any_of(all.begin(), all.end(), [&](slot_id id) {
        const sim_listener& l = *listeners_.find(id);
        return l.at.family() == at.family() && l.at.port() == at.port() &&
               (same_ip(l.at, at) || l.at.is_wildcard() || at.is_wildcard()) &&
               !(balance && l.balance);
    });
}

std::uint16_t sim_network::free_port(sim_host host, const address& at) {
    sim_process& p = of(host);
    do {
        p.next_port = p.next_port < first_port || p.next_port >= last_port
                          ? first_port
                          : static_cast<std::uint16_t>(p.next_port + 1);
    } while (in_use(host, at.with_port(p.next_port), false));
    return p.next_port;
}

bool sim_network::route(sim_host from, const address& to, sim_host& host) const noexcept {
    const std::span<const std::uint8_t> ip = to.ip();
    host = from;
    if (to.is_wildcard() || to.family() == address_family::unix_path) {
        return true;
    }
    std::uint32_t number = 0;
    if (to.family() == address_family::ipv4) {
        if (ip[0] == 127) {
            return true;
        }
        number =
            ip[0] == 10 ? (std::uint32_t{ip[1]} << 16) | (std::uint32_t{ip[2]} << 8) | ip[3] : 0;
    } else if (to.family() == address_family::ipv6) {
        if (same_ip(to, address::ipv6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 0))) {
            return true;
        }
        number = ip[0] == 0xfd ? (std::uint32_t{ip[14]} << 8) | ip[15] : 0;
    }
    host = {number - 1};
    return number > 0 && number <= processes_.size();
}

// The address that a client on `from` gets.
address sim_network::source_for(sim_host from, const address& to, sim_host host) {
    address source = to;
    if (to.family() == address_family::unix_path) {
        return address::unix_unnamed();
    }
    if (from != host) {
        const std::uint32_t n = from.number + 1;
        source =
            to.family() == address_family::ipv4
                ? address_of(from, 0)
                : address::ipv6({0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                 static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)},
                                0);
    }
    return source.with_port(free_port(from, source));
}

void sim_network::apply(sim_connection& c, unsigned end, const stream_options& options) {
    sim_end& e = c.ends[end];
    if (options.send_buffer_bytes > 0) {
        c.ends[1 - end].in.set_send_limit(options.send_buffer_bytes);
    }
    if (options.receive_buffer_bytes > 0) {
        e.in.set_receive_limit(options.receive_buffer_bytes);
    }
    if (options.receive_low_water_bytes > 0) {
        e.low_water_bytes = options.receive_low_water_bytes;
    }
    e.resets = e.resets || options.linger_s == 0;
}

} // namespace iapp
