// The actors of srv and clt, as the programs spawn them.

#include "clt/coordinator.hpp"
#include "sim/scenario.hpp"
#include "sim/trouble.hpp"
#include "sim/visitor.hpp"
#include "srv/server.hpp"

#include <csignal>
#include <functional>
#include <numeric>

namespace iapp::test {

namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t srv_port = 1667;

// A server that runs, and what its workers count.
struct server_side {
    srv::config wanted;
    std::vector<srv::worker_totals> totals;
    bench::open_count open;
    iapp::system* program = nullptr;
};

struct client_side {
    clt::config wanted;
    std::vector<clt::worker_totals> totals;
    bench::open_count open;
    iapp::system* program = nullptr;
    iapp::ref_to<clt::coordinator> coordinator;
};

template <class Totals, class Count>
std::uint64_t sum(const std::vector<Totals>& of, Count Totals::*count) {
    return std::accumulate(
        of.begin(), of.end(), std::uint64_t{0},
        [count](std::uint64_t so_far, const Totals& each) { return so_far + each.*count; });
}

// Chooses what both are told by flags; they must fit each other.
void plan(sim_random& random, server_side& server, client_side& client) {
    const std::uint64_t mode = random.below(3);
    client.wanted.does = mode == 0   ? clt::mode::write
                         : mode == 1 ? clt::mode::echo
                                     : clt::mode::churn;
    server.wanted.does = mode == 0 ? srv::mode::sink : srv::mode::echo;
    server.wanted.common.workers = static_cast<unsigned>(1 + random.below(3));
    client.wanted.common.workers = static_cast<unsigned>(1 + random.below(3));
    server.wanted.verify = client.wanted.verify = true;
    const bool sips = random.chance(300'000); // so that what has come takes it several turns
    server.wanted.io_size = sips ? 100 + random.below(200) : 1'000 + random.below(20'000);
    client.wanted.io_size = 1 + random.below(20'000);
    client.wanted.depth = 1 + random.below(4);
    client.wanted.conns = static_cast<std::uint32_t>(1 + random.below(8));
    client.wanted.rate = random.chance(500'000) ? 0 : 1 + static_cast<double>(random.below(200));
    if (client.wanted.does == clt::mode::churn) {
        client.wanted.rate = 1 + static_cast<double>(random.below(50));
    } else if (random.chance(700'000)) {
        client.wanted.bytes = client.wanted.io_size * (1 + random.below(50));
    }
}

void start(sim_world& world, sim_host on, server_side& server) {
    const unsigned workers = server.wanted.common.workers;
    server.wanted.listen = {sim_network::address_of(on, srv_port)};
    server.totals.resize(workers);
    server.program = &world.add_system(on, {.workers = workers});
    const auto keep =
        server.program->spawn<srv::keeper>({}, srv::lot_sizes{server.wanted.max_conns, workers});
    for (unsigned i = 0; i < workers; ++i) {
        const auto made = server.program->spawn<srv::server>(
            {.on = {i}}, std::cref(server.wanted), std::ref(server.totals[i]),
            std::ref(server.open), keep, server.wanted.listen);
        const auto where = server.program->ask(made, 1h, srv::where{});
        world.require(where && where->error.empty(), "srv listens");
    }
}

void start(sim_world& world, sim_host on, const address& to, client_side& client) {
    const unsigned workers = client.wanted.common.workers;
    client.wanted.connect = {to};
    client.wanted.finish_max = 4min; // seed 1391: a server that sips takes long for what is left
    client.totals.resize(workers);
    client.program = &world.add_system(on, {.workers = workers});
    client.coordinator = client.program->spawn<clt::coordinator>({}, std::cref(client.wanted));
    clt::dialers everyone;
    for (unsigned i = 0; i < workers; ++i) {
        everyone.all.emplace_back(client.program->spawn<clt::dialer>(
            {.on = {i}}, std::cref(client.wanted), std::ref(client.totals[i]),
            std::ref(client.open), client.coordinator));
    }
    client.coordinator.send(std::move(everyone));
}

void check(sim_world& world, const server_side& server, const client_side& client, bool quiet) {
    const std::uint64_t opened = sum(client.totals, &clt::worker_totals::opened);
    const std::uint64_t closed = sum(client.totals, &clt::worker_totals::closed);
    world.require(sum(server.totals, &srv::worker_totals::verify_errors) == 0 &&
                      sum(client.totals, &clt::worker_totals::verify_errors) == 0,
                  "what arrives was sent so");
    world.require(opened == closed, "every connection that opened has closed");
    world.require(sum(server.totals, &srv::worker_totals::open) == 0, "also at the server");
    const std::uint64_t sent = client.program->statistics(1h)->io.bytes_out;
    const std::uint64_t arrived = sum(server.totals, &srv::worker_totals::bytes_in);
    world.require(arrived <= sent, "no more arrives than was sent");
    world.require(client.wanted.bytes == 0 || sent <= client.wanted.bytes,
                  "no more is sent than was asked for"); // seed 37: fewer requests than connections
    if (!quiet) {
        return;
    }
    world.require(client.program->exit_status() == 0, "clt ends well");
    world.require(sum(client.totals, &clt::worker_totals::failed) == 0 &&
                      sum(client.totals, &clt::worker_totals::reset) == 0,
                  "without trouble no connection fails");
    world.require(sum(server.totals, &srv::worker_totals::accepted) == opened,
                  "each connection is accepted once");
    world.require(arrived == sent, "all that was sent arrives");
    if (client.wanted.bytes > 0) {
        world.require(sent == client.wanted.bytes, "as many bytes as asked for are sent");
    }
    if (server.wanted.does == srv::mode::echo) {
        world.require(sum(client.totals, &clt::worker_totals::bytes_in) == sent,
                      "all that was sent comes back");
    }
}

} // namespace

outcome play_srv_clt(const sim_world_options& options) {
    server_side server; // these before the world, whose actors refer to them to the end
    client_side client;
    sim_world_options slow = options; // a fast network makes them move gigabytes
    slow.network.link.bytes_per_second = 1'000'000;
    sim_world world{slow};
    sim_random& random = world.random();
    plan(random, server, client);
    const sim_host here = world.network().first_host();
    const sim_host there = world.add_host();

    // A program that cannot listen says so and ends: the trouble begins later.
    const sim_faults faults = world.network().options().faults;
    world.network().set_faults({});
    start(world, there, server);
    world.network().set_faults(faults);
    bool quiet = maybe_make_peace(world);
    quiet = !maybe_partition(world, here, there) && quiet;

    start(world, here, sim_network::address_of(there, srv_port), client);
    const duration life{static_cast<duration::rep>(random.below(3'000'000'000))};
    const duration most = client.wanted.bytes > 0 ? 5min : life;
    if (!client.program->wait(most)) {
        // By message at the end of --duration, or by the user's ^C.
        if (random.chance(500'000)) {
            client.coordinator.send(clt::finish{});
        } else {
            world.require(world.raise(here, SIGINT), "clt takes SIGINT");
        }
        world.require(client.program->wait(5min), "clt comes to its end");
    }
    world.require(static_cast<bool>(client.program->stop(1h)), "clt stops");
    world.run_for(5s); // the server sees the last ends
    world.require(static_cast<bool>(server.program->stop(1h)), "srv stops");
    check(world, server, client, quiet);
    world.finish();
    return outcome_of(world);
}

} // namespace iapp::test
