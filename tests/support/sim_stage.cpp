#include "support/sim_stage.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace iapp::test {

sim_stage::sim_stage(const sim_options& options, const std::vector<sim_character>& characters)
    : net_{options}, order_{options.seed ^ 0x5eed} {
    for (std::size_t i = 0; i < characters.size(); ++i) {
        const sim_host on = i == 0 ? net_.first_host() : net_.add_host();
        reactors_.push_back(net_.make_reactor(on, characters[i]));
    }
}

sim_stage::~sim_stage() {
    net_.set_faults({});
    for (std::size_t i = 0; i < reactors_.size(); ++i) {
        drop(i);
    }
    net_.advance_to(net_.now() + std::chrono::hours{1});
    CHECK(net_.connections() == 0);
    for (std::size_t i = 0; i < reactors_.size(); ++i) {
        CHECK(net_.open_descriptors(host(i)) == 0);
    }
}

void sim_stage::end(reactor& io) {
    CHECK_MESSAGE(io.close_all(io.now() + std::chrono::hours{1}), "every last operation ends");
    CHECK(io.counters().ops_started == io.counters().ops_ended);
    CHECK(io.buffers().outstanding() == 0);
    CHECK(io.timers().armed() == 0);
}

void sim_stage::drop(std::size_t host) {
    if (reactors_[host]) {
        end(*reactors_[host]);
        reactors_[host].reset();
    }
}

void sim_stage::replace(std::size_t host, sim_character character) {
    drop(host);
    reactors_[host] = net_.make_reactor(this->host(host), character);
}

void sim_stage::turn(reactor& io) {
    io.fire_timers();
    io.poll(duration::zero());
}

bool sim_stage::has_work() const {
    return !net_.rests() || std::any_of(reactors_.begin(), reactors_.end(),
                                        [](const auto& one) { return one && one->has_work(); });
}

time_point sim_stage::next_time() const {
    time_point next = net_.next_event();
    for (const auto& one : reactors_) {
        if (one && one->timers().armed() > 0) {
            next = std::min(next, one->timers().next_deadline().value_or(time_point::max()));
        }
    }
    return next;
}

bool sim_stage::step() {
    if (!has_work() && next_time() > net_.now()) {
        for (const auto& one : reactors_) { // what was only noted is begun
            if (one) {
                turn(*one);
            }
        }
        if (has_work()) {
            return true;
        }
        if (next_time() == time_point::max()) {
            return false;
        }
        net_.advance_to(next_time());
    }
    if (const auto& one = reactors_[order_.below(reactors_.size())]) {
        turn(*one);
    }
    return true;
}

void sim_stage::run_until(const std::string& what, const std::function<bool()>& done,
                          duration limit) {
    const time_point until = net_.now() + limit;
    while (!done()) {
        if (!step()) {
            FAIL("nothing will ever happen, waiting for " << what);
        }
        if (net_.now() > until) {
            FAIL("gave up waiting: " << what);
        }
    }
}

void sim_stage::run_for(duration time) {
    const time_point until = net_.now() + time;
    while (has_work() || next_time() <= until) {
        step();
    }
    net_.advance_to(until);
    settle();
}

void sim_stage::settle() {
    do {
        for (const auto& one : reactors_) {
            if (one) {
                turn(*one);
            }
        }
    } while (has_work());
}

void sim_stage::connect(std::size_t from, endpoint& client, const address& to,
                        const connect_options& options) {
    result<stream> made = io(from).connect(to, endpoint::recording, &client, options);
    REQUIRE_MESSAGE(made, "connect to " << to.to_string() << ": " << made.error().message());
    client.s = std::move(*made);
}

void sim_stage::listen(std::size_t on, acceptor& door, std::uint16_t port,
                       const listen_options& options) {
    door.listen(io(on), sim_network::address_of(host(on), port), options);
}

void sim_stage::join(std::size_t from, endpoint& client, std::size_t to, endpoint& server,
                     const receive_options& options) {
    acceptor door;
    listen(to, door);
    connect(from, client, door.at());
    run_until("a connection", [&] { return client.connected == 1 && !door.waiting.empty(); });
    server.s = door.take();
    client.start(options);
    server.start(options);
}

} // namespace iapp::test
