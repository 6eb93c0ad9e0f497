// An echo service whose sessions are tasks with deadlines, and clients with bad habits.

#include "sim/front.hpp"
#include "sim/scenario.hpp"
#include "sim/task_caller.hpp"
#include "sim/task_echo_session.hpp"
#include "sim/trouble.hpp"

namespace iapp::test {

namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t port = 7;

iapp::system& start_clients(sim_world& world, sim_host on) {
    return world.add_system(on, {.workers = static_cast<unsigned>(1 + world.random().below(3))});
}

// As if somebody pulled the plug of the clients' host: nobody hears of their end.
void vanish(sim_world& world, sim_host clients) {
    world.network().crash(clients);
    world.kill(clients);
    const duration away{static_cast<duration::rep>(world.random().below(60'000'000'000))};
    world.after(away, [&world, clients] { world.network().restart(clients); });
}

// When the clients have gone, the sessions do so at the latest by their deadlines.
void wait_for_sessions(sim_world& world, const task_echo_rules& rules) {
    const duration most = 4 * (rules.idle_max + rules.latest);
    world.require(world.run_until([&] { return rules.sessions == 0; }, most),
                  "every session ends in its time");
    world.require(rules.frames == 0, "no frame outlives its actor");
}

} // namespace

outcome play_task_echo(const sim_world_options& options) {
    task_echo_rules rules; // these before the world, whose actors refer to them to the end
    visits all;
    sim_world world{options};
    sim_random& random = world.random();
    rules.world = all.world = &world;
    rules.latest = all.latest = 20 * world.stall_max() + 1s;
    rules.idle_max = 3s + duration{static_cast<duration::rep>(random.below(20'000'000'000))};
    bool quiet = maybe_make_peace(world);

    sim_host here = world.network().first_host();
    const sim_host there = world.add_host();
    start_service<task_echo_session>(world, there, sim_network::address_of(there, port), 3, &rules);
    iapp::system* clients = &start_clients(world, here);
    const bool parted = maybe_partition(world, here, there);
    quiet = quiet && !parted;
    rules.may_time_out_early = parted || world.network().options().faults.timed_out > 0;
    world.run_for(1s); // the service comes up

    const std::uint64_t bytes_max = random.chance(200'000) ? 2'000'000 : 50'000;
    for (std::uint64_t i = 1 + random.below(20); i > 0; --i) {
        begin_visit<task_caller>(all, *clients, sim_network::address_of(there, port), bytes_max,
                                 90s);
        world.run_for(duration{static_cast<duration::rep>(random.below(20'000'000))});
        if (random.chance(20'000)) {
            world.kill(there);
            world.require(rules.sessions == 0 && rules.frames == 0, "nothing survives kill -9");
            start_service<task_echo_session>(world, there, sim_network::address_of(there, port), 3,
                                             &rules);
            quiet = false;
        }
        if (random.chance(20'000)) {
            rules.may_time_out_early = true;
            vanish(world, std::exchange(here, world.add_host()));
            clients = &start_clients(world, here);
            quiet = false;
        }
    }
    world.require(world.run_until([&] { return all.over(); }, 1h), "every visit ends");
    world.require(!quiet || all.complete(), "without trouble every visit is complete");
    wait_for_sessions(world, rules);
    world.finish();
    return outcome_of(world);
}

} // namespace iapp::test
