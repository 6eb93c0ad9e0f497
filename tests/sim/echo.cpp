// Clients and an echo service with deadlines, on hosts of their own or on one, over TCP or a Unix
// socket.

#include "sim/echo_session.hpp"
#include "sim/front.hpp"
#include "sim/scenario.hpp"
#include "sim/trouble.hpp"
#include "sim/visitor.hpp"
#include "sim/way.hpp"

namespace iapp::test {

namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t port = 7;

} // namespace

outcome play_echo(const sim_world_options& options) {
    echo_rules rules; // these before the world, whose actors refer to them to the end
    visits all;
    sim_world world{options};
    sim_random& random = world.random();
    rules.world = all.world = &world;
    rules.latest = all.latest = 20 * world.stall_max() + 1s;
    rules.idle_max = 30s + duration{static_cast<duration::rep>(random.below(30'000'000'000))};

    const way by = draw_way(world);
    const sim_host here = world.network().first_host();
    const sim_host there = host_by(by, world, here);
    const address at = address_by(by, there, port);
    iapp::system* service = &start_service<echo_session>(world, there, at, 3, &rules);
    iapp::system& clients =
        world.add_system(here, {.workers = static_cast<unsigned>(1 + random.below(3))});
    bool quiet = maybe_make_peace(world);
    quiet = !maybe_partition(world, here, there) && quiet;
    world.run_for(1s); // the service comes up

    const std::uint64_t bytes_max = random.chance(300'000) ? 2'000'000 : 50'000;
    for (std::uint64_t i = 1 + random.below(20); i > 0; --i) {
        begin_visit(all, clients, at, bytes_max, 60s);
        world.run_for(duration{static_cast<duration::rep>(random.below(20'000'000))});
        if (random.chance(20'000)) {
            world.kill(*service);
            service = &start_service<echo_session>(world, there, at, 3, &rules);
            quiet = false;
        }
    }
    world.require(world.run_until([&] { return all.over(); }, 1h), "every visit ends");
    world.require(!quiet || all.complete(), "without trouble every visit is complete");
    world.require(!quiet || rules.idle_ends == 0, "nor does anybody wait in vain");
    visit_once_more(all, clients, at);
    world.finish();
    return outcome_of(world);
}

} // namespace iapp::test
