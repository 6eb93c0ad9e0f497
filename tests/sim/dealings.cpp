// Dealers who ask, watch, publish and send each other errands, until the market closes or their
// system stops.

#include "sim/dealer.hpp"
#include "sim/scenario.hpp"

namespace iapp::test {

namespace {

using namespace std::chrono_literals;

duration up_to(sim_random& random, duration most) {
    return duration{
        static_cast<duration::rep>(random.below(static_cast<std::uint64_t>(most.count())))};
}

worker_limits random_limits(sim_random& random) {
    worker_limits limits;
    if (random.chance(500'000)) {
        limits.ring_messages_max = 2 + random.below(16);
        limits.outbox_messages_max = 4 + random.below(64);
        limits.local_messages_max = 4 + random.below(64);
    }
    if (random.chance(200'000)) {
        limits.asks_max = 1 + static_cast<std::uint32_t>(random.below(20));
    }
    return limits;
}

void wait_until_settled(const market& all) {
    sim_world& world = *all.world;
    if (!world.run_until([&] { return all.unsettled() == nullptr; }, 10min)) {
        world.require(false, all.unsettled());
    }
}

// Everybody settles what others wait for, then leaves the queue.
void close_market(market& all) {
    sim_world& world = *all.world;
    all.closing = true;
    wait_until_settled(all);
    const event_queue<news>& bulletin = all.bulletin;
    world.require(bulletin.publish({0, ++all.published}), "at rest there is room for news");
    wait_until_settled(all);
    all.leaving = true;
    wait_until_settled(all);
    const std::uint64_t sent = bulletin.counters().sent;
    world.require(bulletin.publish({0, ++all.published}), "also when nobody has subscribed");
    world.require(bulletin.counters().sent == sent, "then no worker gets them");
}

// Somebody outside asks, and may hear instead that the system stops.
void ask_at_the_end(market& all, system& sys, duration stops_in) {
    sim_world& world = *all.world;
    bool stopped = false;
    world.after(stops_in, [&] { stopped = static_cast<bool>(sys.stop(1h)); });
    const std::uint32_t number = all.asks.begin(0, 1h, true);
    ask_ledger::waiter waiter = all.asks.wait_for(number);
    const result<std::uint32_t> answer = sys.ask(all.known[all.pick()], 1h, question{number});
    waiter.hears(answer);
    world.require(answer || answer.error() != std::errc::timed_out,
                  "an ask ends with its system at the latest");
    world.require(world.run_until([&] { return stopped; }, 1h), "the system stops");
}

void open_market(market& all, system& sys) {
    sim_random& random = all.world->random();
    const bool bounded = random.chance(300'000);
    const queue_options how{.limit = bounded ? 1 + static_cast<std::uint32_t>(random.below(8)) : 0,
                            .when_full = static_cast<overflow>(random.below(3))};
    all.bulletin = sys.make_queue<news>(how);
    all.misses_none = how.when_full == overflow::refuse;
    all.wanted = static_cast<std::uint32_t>(random.below(40));
    for (std::uint64_t i = 2 + random.below(8); i > 0 || all.known.empty(); i -= i > 0 ? 1 : 0) {
        sys.spawn<dealer>(all.random_place(), std::ref(all));
    }
}

} // namespace

outcome play_dealings(const sim_world_options& options) {
    market all; // before the world, whose actors refer to it to the end
    sim_world world{options};
    sim_random& random = world.random();
    all.world = &world;
    all.workers = static_cast<unsigned>(1 + random.below(4));
    all.asks.use(world, 20 * world.stall_max() + 50ms);
    all.order.use(world);
    system& sys = world.add_system(world.network().first_host(),
                                   {.workers = all.workers, .limits = random_limits(random)});
    open_market(all, sys);
    world.run_for(up_to(random, 1s));
    if (random.chance(500'000)) {
        close_market(all);
    } else {
        ask_at_the_end(all, sys, up_to(random, 100ms));
    }
    world.finish();
    all.asks.check_over();
    return outcome_of(world);
}

} // namespace iapp::test
