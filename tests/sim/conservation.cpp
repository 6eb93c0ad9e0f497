// Actors that do to each other all that the library offers, at random, in systems that stop at
// random moments: nothing is lost, doubled or left.

#include "sim/conservation/citizen.hpp"
#include "sim/conservation/district.hpp"
#include "sim/scenario.hpp"

namespace iapp::test {

namespace {

using namespace std::chrono_literals;
using namespace conservation;

// A run has some of all deeds.
void draw_deeds(town& all) {
    struct habit {
        deed what;
        unsigned often;
    };

    static constexpr habit habits[] = {
        {deed::say, 6},        {deed::say_much, 2},   {deed::spawn, 5},
        {deed::supervise, 1},  {deed::stop_other, 1}, {deed::kill_other, 1},
        {deed::stop, 1},       {deed::fail, 1},       {deed::monitor, 3},
        {deed::link, 2},       {deed::let_go, 1},     {deed::ask, 4},
        {deed::ask_later, 4},  {deed::cancel_ask, 1}, {deed::settle_replies, 2},
        {deed::begin_task, 3}, {deed::publish, 4},    {deed::subscribe, 3},
        {deed::set_timer, 2},  {deed::open_line, 1},  {deed::send_goods, 3},
        {deed::offload, 1},
    };
    all.deeds.assign({deed::say, deed::spawn});
    for (const habit& each : habits) {
        if (all.chance(650)) {
            all.deeds.insert(all.deeds.end(), each.often, each.what);
        }
    }
}

// A request from outside, which lets the world go on until it is over.
void ask_from_outside(town& all, district& in, const citizen_ref& whom) {
    const duration deadline = all.within(200ms);
    const std::uint32_t number = all.asks.begin(0, deadline, false);
    ask_ledger::waiter waiter = all.asks.wait_for(number);
    waiter.hears(in.program->ask(whom, deadline, question{number, 2}));
}

// Somebody outside of all systems has to do with an actor.
void disturb(town& all) {
    const std::uint32_t to = all.pick();
    const unsigned system = all.people[to].system;
    district& in = all.districts[system];
    if (in.stopped) {
        return say(all, 0, to, 4); // a dead letter
    }
    switch (all.below(20)) {
    case 0:
        return ask_from_outside(all, in, all.ref_of(to));
    case 1:
        return publish_in(all, system, 0, 2, true);
    case 2:
        return in.program->kill(all.ref_of(to));
    case 3:
        static_cast<void>(in.program->stop(all.ref_of(to), all.within(100ms)));
        return;
    case 4:
        return settle_people(all, system);
    default:
        return say(all, 0, to, 4);
    }
}

// Nobody does anything any more, what is under way arrives, and what is held back is let go.
void bring_to_rest(town& all) {
    all.at_rest = true;
    for (bool over = false; !over;) {
        over = true;
        for (std::uint32_t i = 1; i <= all.people.size(); ++i) {
            const life& of = all.people[i];
            if (of.alive != nullptr && !of.alive->rested()) {
                over = false;
                all.ref_of(i).send(rest{});
                all.world->run_for(1ms);
            }
        }
        all.world->run_for(all.latest + 5s);
    }
}

void check_at_rest(town& all) {
    all.deaths.check_told();
    for (std::uint32_t i = 1; i <= all.people.size(); ++i) {
        if (citizen* const one = all.people[i].alive) {
            all.asks.check_kept(i);
            one->check_at_rest();
        }
    }
    all.asks.check_over();
    all.require(all.frames == 0, "every task has ended");
    for (unsigned i = 0; i < all.districts.size(); ++i) {
        if (!all.districts[i].stopped) {
            check_names(all, i);
            check_complete(all, all.districts[i]);
        }
    }
}

void live_a_while(town& all) {
    const std::uint32_t steps = 5 + all.below(40);
    const std::uint32_t closing = all.below(2 * steps); // when the first system stops, or never
    for (std::uint32_t i = 0; i < steps; ++i) {
        all.world->run_for(all.within(all.chance(500) ? 200us : 100ms));
        if (all.people.alive() < 3) {
            settle_people(all, static_cast<unsigned>(all.districts.size() - 1));
        }
        if (all.people.size() > 0) {
            disturb(all);
        }
        if (i == closing && all.districts.size() > 1) {
            close_district(all, 0);
        }
    }
}

} // namespace

outcome play_conservation(const sim_world_options& options) {
    town all; // before the world, whose actors refer to it to the end
    sim_world world{options};
    all.world = &world;
    all.latest = 20 * world.stall_max() + 1s;
    all.order.use(world);
    all.asks.use(world, all.latest);
    all.deaths.use(world, all.people);
    all.publications.use(world);
    draw_deeds(all);
    // Drawn apart, so that the other seeds mean what they did before there was a choice.
    all.offloads = sim_random{world.seed() ^ 0x6a6f62U}.chance(400'000);
    all.wanted = 10 + all.below(40);
    for (std::uint32_t i = 1 + all.below(2); i > 0; --i) {
        open_district(all);
        settle_people(all, static_cast<unsigned>(all.districts.size() - 1));
    }
    live_a_while(all);
    if (all.chance(600)) { // else the end comes in the middle of everything
        bring_to_rest(all);
        check_at_rest(all);
    }
    for (unsigned i = 0; i < all.districts.size(); ++i) {
        if (!all.districts[i].stopped) {
            close_district(all, i);
        }
    }
    world.finish();
    all.asks.check_over();
    all.require(all.frames == 0 && all.people.alive() == 0, "nobody and nothing is left");
    return outcome_of(world);
}

} // namespace iapp::test
