#include "srv/server.hpp"

#include "harness/pattern.hpp"
#include "harness/running.hpp"

#include <iapp/reactor/buffer_pool.hpp>

#include <csignal>
#include <fmt/format.h>

namespace srv {

namespace {

constexpr std::size_t waiting_max = 64;

iapp::listen_options listen_options_of(const config& wanted) {
    iapp::listen_options options;
    options.balance = wanted.common.workers > 1 || wanted.share_port;
    bench::set_buffers(options.stream, wanted.buffers);
    options.stream.nodelay = wanted.does == mode::echo;
    return options;
}

} // namespace

server::server(iapp::context& cx, const config& wanted, worker_totals& totals,
               bench::open_count& open, iapp::ref<need_places, return_places> keeper,
               const std::vector<iapp::address>& at)
    : cx_{cx}, state_{wanted,
                      totals,
                      open,
                      places{keeper, lot_sizes{wanted.max_conns, wanted.common.workers}},
                      {}} {
    if (cx_.worker_index() == 0) {
        for (const int number : {SIGINT, SIGTERM}) {
            if (iapp::result<iapp::signal_watch> watch =
                    cx_.on_signal(number, bench::stop_signal)) {
                signals_.push_back(std::move(*watch));
            }
        }
    }
    if (wanted.does == mode::source) {
        make_pattern();
    }
    for (const iapp::address& one : at) {
        // What the first server made of "[::]:P" the others are given as two addresses.
        if (!(cx_.worker_index() == 0 ? listen_everywhere(one) : listen_at(one))) {
            return;
        }
    }
}

// Of the ports that the system picks for IPv6 ("[::]:0"), others may have the IPv4 half; what was
// opened of such a one is kept for so long that the system picks another.
bool server::listen_everywhere(const iapp::address& at) {
    constexpr std::size_t halves_max = 64;
    std::vector<iapp::listener> halves;
    const std::size_t before = listeners_.size();
    while (!listen_at_each(at)) {
        const bool half = at.port() == 0 && listeners_.size() > before &&
                          listening_.why == std::errc::address_in_use;
        if (!half || halves.size() == halves_max) {
            return false;
        }
        halves.push_back(std::move(listeners_.back()));
        listeners_.pop_back();
        listening_.at.pop_back();
        listening_.error.clear();
    }
    return true;
}

// "[::]:P" stands for IPv6 and IPv4 at the same port; where the system has no IPv6, for IPv4.
bool server::listen_at_each(const iapp::address& at) {
    std::uint16_t port = at.port();
    for (const iapp::address& each : iapp::listen_addresses(at)) {
        const bool more = each != iapp::listen_addresses(at).back();
        if (listen_at(each.with_port(port))) {
            port = listening_.at.back().port();
        } else if (!more || listening_.why != std::errc::address_family_not_supported) {
            return false;
        }
        listening_.error.clear();
    }
    return true;
}

bool server::listen_at(const iapp::address& at) {
    if (at.family() == iapp::address_family::unix_path && cx_.worker_index() != 0) {
        return true; // a path has one listener; worker 0 has it
    }
    iapp::result<iapp::listener> made = cx_.listen(at, listen_options_of(state_.wanted));
    if (!made) {
        listening_.why = made.error();
        listening_.error =
            fmt::format("cannot listen at {}: {}", at.to_string(), made.error().message());
        return false;
    }
    listening_.at.push_back(*made->local_address());
    listeners_.push_back(std::move(*made));
    return true;
}

void server::make_pattern() {
    state_.pattern = cx_.buffers().allocate(state_.wanted.io_size + bench::pattern::period);
    if (state_.pattern) {
        bench::pattern::fill(state_.pattern.writable(), 0);
    } else {
        listening_.error = "no memory for a buffer of --io-size";
    }
}

void server::on(iapp::accepted m) {
    ++state_.totals.accepted;
    if (state_.admitted.take()) {
        admit(std::move(m.connection));
        return;
    }
    waiting_.push_back(std::move(m.connection));
    if (!state_.admitted.ask(cx_.self(*this))) {
        refuse_waiting();
    } else if (waiting_.size() >= waiting_max) {
        for (iapp::listener& each : listeners_) {
            each.pause();
        }
    }
}

void server::on(granted m) {
    state_.admitted.answered(m);
    std::size_t admitted = 0;
    while (admitted < waiting_.size() && state_.admitted.take()) {
        admit(std::move(waiting_[admitted++]));
    }
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(admitted));
    if (!waiting_.empty() && (m.places == 0 || !state_.admitted.ask(cx_.self(*this)))) {
        refuse_waiting();
    }
    if (waiting_.size() < waiting_max) {
        for (iapp::listener& each : listeners_) {
            each.resume();
        }
    }
}

void server::refuse_waiting() {
    state_.totals.refused += waiting_.size();
    waiting_.clear(); // letting a connection go closes it
}

void server::admit(iapp::stream connection) {
    switch (state_.wanted.does) {
    case mode::sink:
        cx_.spawn<sink>(std::move(connection), state_);
        break;
    case mode::echo:
        cx_.spawn<echo>(std::move(connection), state_);
        break;
    case mode::source:
        cx_.spawn<source>(std::move(connection), state_);
        break;
    }
}

void server::on(const iapp::closed& m) {
    // Only a listener of ours can end by itself: then this worker hears no more.
    fmt::print(stderr, "srv: worker {}: a listener ended: {}\n", cx_.worker_index(),
               m.why.message());
    cx_.stop_system(bench::exit_failed);
}

report::reply server::on(report) const {
    return {state_.totals, cx_.io().bytes_out, cx_.io().accept_pauses, cx_.io().accept_pause_why};
}

} // namespace srv
