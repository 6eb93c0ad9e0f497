// A supervised service whose children fail, quit and are killed, and those who ask and visit them.

#include "sim/asker.hpp"
#include "sim/manager.hpp"
#include "sim/scenario.hpp"
#include "sim/trouble.hpp"
#include "sim/visitor.hpp"

namespace iapp::test {

namespace {

using namespace std::chrono_literals;

iapp::system& start_office(office& in) {
    sim_random& random = in.world->random();
    in.workers = static_cast<unsigned>(1 + random.below(3));
    in.desks = static_cast<std::size_t>(1 + random.below(5));
    iapp::system& made = in.world->add_system(in.host, {.workers = in.workers});
    made.spawn<manager>({}, std::ref(in));
    for (std::uint64_t i = 1 + random.below(3); i > 0; --i) {
        const worker on{static_cast<unsigned>(random.below(in.workers))};
        made.spawn<asker>({.on = on}, std::ref(in));
    }
    return made;
}

iapp::system& restart(office& in) {
    in.dismiss();
    in.world->kill(in.host);
    in.world->require(in.clerks == 0 && in.asks.over(), "nothing survives kill -9");
    return start_office(in);
}

// A thread that is no worker asks, and waits.
void ask_and_wait(office& in, iapp::system& service, const ref<inquiry>& whom) {
    const std::uint32_t number = in.asks.begin(0, 1s, true);
    ask_ledger::waiter waiter = in.asks.wait_for(number);
    waiter.hears(service.ask(whom, 1s, inquiry{number}));
}

// Somebody from outside asks or visits a desk, or does harm to it.
void disturb(office& in, iapp::system& service, iapp::system& clients, visits& all) {
    sim_random& random = in.world->random();
    const auto desk = static_cast<std::size_t>(random.below(in.desks));
    const ref<inquiry> whom = in.known[desk];
    const std::uint64_t what = random.below(100);
    if (what < 40) {
        const auto port = static_cast<std::uint16_t>(office::first_port + desk);
        begin_visit(all, clients, sim_network::address_of(in.host, port), 20'000, 60s);
    } else if (what < 55 && whom) {
        service.kill(whom);
    } else if (what < 70 && whom) {
        ask_and_wait(in, service, whom);
    } else if (what < 72) {
        in.dismiss();
        service.kill(in.supervisor);
    }
}

// Everybody is at his desk again, and nobody waits for an answer.
void come_to_rest(office& in, const visits& all) {
    sim_world& world = *in.world;
    in.calm = true;
    world.require(world.run_until([&] { return all.over(); }, 1h), "every visit ends");
    world.run_for(3s + in.latest);
    world.require(in.asks.over(), "every ask ends in its time");
    world.require(world.run_until([&] { return in.shifts.back().complete(); }, 1min),
                  "after the trouble every child runs");
    in.shifts.back().check_restarts();
}

} // namespace

outcome play_supervision(const sim_world_options& options) {
    office in; // these before the world, whose actors refer to them to the end
    visits all;
    sim_world world{options};
    sim_random& random = world.random();
    maybe_make_peace(world);
    in.world = all.world = &world;
    in.latest = 20 * world.stall_max() + 500ms;
    in.asks.use(world, in.latest);
    all.latest = 20 * world.stall_max() + 1s;
    in.host = world.add_host();
    iapp::system* service = &start_office(in);
    iapp::system& clients = world.add_system(world.network().first_host(), {.workers = 1});

    for (std::uint64_t i = 5 + random.below(60); i > 0; --i) {
        disturb(in, *service, clients, all);
        world.run_for(in.below_ms(in.chance(100) ? 3'000 : 200));
        if (in.chance(15)) {
            service = &restart(in);
        }
    }
    come_to_rest(in, all);
    in.dismiss();
    world.finish();
    in.asks.check_over();
    world.require(in.clerks == 0 && in.asks.over(), "nobody and nothing is left");
    return outcome_of(world);
}

} // namespace iapp::test
