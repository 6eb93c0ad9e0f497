#include <iapp/reactor/sim/sim_network.hpp>

#include <iapp/reactor/readiness/readiness_engine.hpp>
#include <iapp/reactor/sim/sim_engine.hpp>
#include <iapp/reactor/sim/sim_kernel.hpp>
#include <iapp/reactor/sim/sim_poller.hpp>

#include <algorithm>
#include <utility>

namespace iapp {

namespace {

constexpr std::uint32_t records_max = 1'000'000;

} // namespace

sim_network::sim_network(const sim_options& options)
    : options_{options}, random_{options.seed}, connections_{records_max}, listeners_{records_max} {
    add_host();
}

sim_network::~sim_network() {
    IAPP_CHECK(waiters_.empty(), "reactors end before their network");
}

sim_host sim_network::add_host() {
    auto made = std::make_unique<sim_process>();
    made->descriptors_max = options_.descriptors_max;
    processes_.push_back(std::move(made));
    return {static_cast<std::uint32_t>(processes_.size() - 1)};
}

std::unique_ptr<kernel> sim_network::make_kernel(sim_host host, std::uint32_t program) {
    return std::make_unique<sim_kernel>(*this, host, begin(host, program));
}

std::unique_ptr<engine> sim_network::make_engine(sim_host host, sim_character character,
                                                 const engine_parts& parts, std::uint32_t program) {
    if (character == sim_character::completing) {
        return std::make_unique<sim_engine>(*this, host, begin(host, program), parts);
    }
    return std::make_unique<readiness_engine>(
        std::make_unique<sim_poller>(*this, host, begin(host, program)), parts);
}

std::unique_ptr<reactor> sim_network::make_reactor(sim_host host, sim_character character,
                                                   const reactor_options& options) {
    return std::move(*reactor::make(options, make_kernel(host), [&](const engine_parts& parts) {
        return result<std::unique_ptr<engine>>{make_engine(host, character, parts)};
    }));
}

address sim_network::address_of(sim_host host, std::uint16_t port) noexcept {
    const std::uint32_t n = host.number + 1;
    return address::ipv4({10, static_cast<std::uint8_t>(n >> 16), static_cast<std::uint8_t>(n >> 8),
                          static_cast<std::uint8_t>(n)},
                         port);
}

bool sim_network::draw(std::uint32_t sim_faults::*fault) {
    const bool hit = random_.chance(options_.faults.*fault);
    if (hit) {
        ++(drawn_.*fault);
        note(sim_step::fault, options_.faults.*fault);
        tell(fault);
    }
    return hit;
}

void sim_network::tell(std::uint32_t sim_faults::*fault) const {
    if (!options_.on_fault) {
        return;
    }
    for (const sim_fault_name& each : sim_fault_names()) {
        if (each.member == fault) {
            options_.on_fault(now_, each.name);
        }
    }
}

std::uint64_t sim_network::below(std::uint64_t n) {
    const std::uint64_t drawn = random_.below(n);
    note(sim_step::number, drawn);
    return drawn;
}

duration sim_network::delay() {
    const auto most = static_cast<std::uint64_t>(options_.late_max.count());
    return duration{1 + static_cast<duration::rep>(below(most))};
}

void sim_network::note(sim_step what, std::uint64_t value) noexcept {
    hash_.add((static_cast<std::uint64_t>(what) << 56) ^ value);
}

bool sim_network::rests() const noexcept {
    return next_event() > now_ &&
           std::none_of(waiters_.begin(), waiters_.end(),
                        [](const sim_waiter* one) { return one->has_news(); });
}

void sim_network::wait(const sim_waiter& by, duration timeout) {
    if (!options_.waits_move_time || timeout <= duration::zero()) {
        return;
    }
    const time_point limit =
        timeout < time_point::max() - now_ ? now_ + timeout : time_point::max();
    while (!by.has_news()) {
        const time_point next = next_event();
        if (next > limit || next == time_point::max()) {
            if (limit != time_point::max()) {
                advance_to(limit);
            }
            return;
        }
        advance_to(next);
    }
}

void sim_network::set_descriptors_max(sim_host host, std::size_t count) noexcept {
    of(host).descriptors_max = count;
}

std::size_t sim_network::open_descriptors(sim_host host) const noexcept {
    return processes_[host.number]->descriptors_used;
}

void sim_network::partition(sim_host a, sim_host b) {
    partitions_.insert(std::minmax(a.number, b.number));
}

void sim_network::heal(sim_host a, sim_host b) {
    partitions_.erase(std::minmax(a.number, b.number));
    reopen();
    run_due();
}

void sim_network::end_trouble() {
    options_.faults = {};
    partitions_.clear();
    for (const auto& each : processes_) {
        each->stalled = false;
        each->stalled_until = {};
    }
    reopen();
    run_due();
}

void sim_network::stall(sim_host host, time_point until) {
    sim_process& p = of(host);
    p.stalled = true;
    p.stalled_until = std::max(p.stalled_until, until);
    schedule(until, event_kind::resume, {}, 0, host.number);
}

sim_program sim_network::begin(sim_host host, std::uint32_t program) noexcept {
    return {program, of(host).incarnation};
}

bool sim_network::runs(sim_host host, const sim_program& which) noexcept {
    const sim_process& p = of(host);
    return p.incarnation == which.incarnation && p.killed.count(which.number) == 0;
}

void sim_network::kill(sim_host host) {
    lose_descriptors(host, std::nullopt);
    ++of(host).incarnation;
}

void sim_network::kill(sim_host host, std::uint32_t program) {
    lose_descriptors(host, program);
    of(host).killed.insert(program);
}

void sim_network::lose_descriptors(sim_host host, std::optional<std::uint32_t> only_of) {
    sim_process& p = of(host);
    for (std::size_t fd = 0; fd < p.descriptors.size(); ++fd) {
        sim_descriptor& one = p.descriptors[fd];
        if (one.kind != sim_kind::none && one.program == only_of.value_or(one.program)) {
            if (one.waiter != nullptr) {
                one.waiter->lost(static_cast<descriptor>(fd));
            }
            close(host, static_cast<descriptor>(fd));
        }
    }
}

void sim_network::crash(sim_host host) {
    connections_.for_each([&](slot_id, sim_connection& c) {
        for (sim_end& e : c.ends) {
            // Broken first, so that closing it says nothing to the other end.
            e.broken = e.broken || (e.held && e.host == host);
        }
    });
    kill(host);
    of(host).down = true;
}

void sim_network::restart(sim_host host) {
    of(host).down = false;
    reopen();
    run_due();
}

} // namespace iapp
