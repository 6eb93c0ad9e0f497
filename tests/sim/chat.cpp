// A chat service by event queues, and guests who join, talk, are slow, leave and crash.

#include "sim/chat_guest.hpp"
#include "sim/chat_member.hpp"
#include "sim/front.hpp"
#include "sim/scenario.hpp"
#include "sim/trouble.hpp"

namespace iapp::test {

namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t port = 7777;

void plan(sim_world& world, chat_rules& rules) {
    sim_random& random = world.random();
    rules.world = &world;
    rules.queues.limit =
        static_cast<std::uint32_t>(random.chance(500'000) ? 0 : 1 + random.below(50));
    rules.queues.when_full = static_cast<overflow>(random.below(3));
    rules.queues.replay_last = random.chance(300'000);
    rules.skips = random.chance(500'000);
    rules.slow_guests = random.chance(500'000);
    rules.write_limit_bytes = static_cast<std::uint32_t>(2'000 + random.below(30'000));
}

event_queue<chat_line> room_of(iapp::system& service, const chat_rules& rules, std::uint32_t room) {
    return *service.queue<chat_line>(chat_rules::name_of(room), rules.queues);
}

// A thread that is no worker says something in a room.
void announce(iapp::system& service, chat_rules& rules) {
    const auto room = static_cast<std::uint32_t>(rules.world->random().below(chat_rules::rooms));
    const std::uint32_t sequence = ++rules.books[room].announced;
    rules.publish(room_of(service, rules, room), {.what = chat_verb::say,
                                                  .room = room,
                                                  .sequence = sequence,
                                                  .text = chat_line::text_of(0, sequence)});
}

// As kill -9; whoever still has a queue of the service may use it as ever.
iapp::system& restart(sim_world& world, sim_host on, iapp::system& service, chat_rules& rules) {
    const event_queue<chat_line> old = room_of(service, rules, 0);
    world.kill(on);
    world.require(rules.members == 0, "nothing survives kill -9");
    world.require(!old.publish({}), "the queue of a dead service takes nothing");
    return start_service<chat_member>(world, on, sim_network::address_of(on, port), 4, &rules);
}

// What the queues of a service at rest have counted. True: they have dropped nothing.
bool check_queues(sim_world& world, iapp::system& service, const chat_rules& rules) {
    bool whole = true;
    for (std::uint32_t i = 0; i < chat_rules::rooms; ++i) {
        const queue_counters all = room_of(service, rules, i).counters();
        world.require(all.sent == all.handed_out + all.dropped, "every event has come to its end");
        world.require(all.stopped == 0, "none was stopped");
        whole = whole && all.dropped == 0;
    }
    return whole;
}

} // namespace

outcome play_chat(const sim_world_options& options) {
    chat_rules rules; // before the world, whose actors refer to it to the end
    sim_world_options bounded = options;
    bounded.memory_max_bytes = 48U << 20;
    bounded.network.send_buffer_bytes = 8 * 1024;
    bounded.network.receive_buffer_bytes = 4 * 1024;
    sim_world world{bounded};
    sim_random& random = world.random();
    plan(world, rules);
    const sim_host here = world.network().first_host();
    const sim_host there = world.add_host();
    bool quiet = maybe_make_peace(world);
    iapp::system* service =
        &start_service<chat_member>(world, there, sim_network::address_of(there, port), 4, &rules);
    iapp::system& clients =
        world.add_system(here, {.workers = static_cast<unsigned>(1 + random.below(3))});
    world.run_for(1s); // the service comes up

    for (std::uint64_t i = 1 + random.below(20); i > 0; --i) {
        const worker on{static_cast<unsigned>(random.below(clients.workers()))};
        clients.spawn<chat_guest>({.on = on}, std::ref(rules),
                                  sim_network::address_of(there, port));
        world.run_for(duration{static_cast<duration::rep>(random.below(50'000'000))});
        announce(*service, rules);
        if (random.chance(10'000)) {
            service = &restart(world, there, *service, rules);
            quiet = false;
        }
    }
    world.run_for(duration{static_cast<duration::rep>(random.below(3'000'000'000))});
    rules.calm = true;
    world.run_for(10s + 20 * world.stall_max()); // also who was slow has heard all
    const bool whole = check_queues(world, *service, rules);
    if (quiet && whole && rules.nothing_lost()) {
        world.require(rules.gaps == 0, "without trouble no line is missed");
        for (const chat_guest* each : rules.guests) {
            each->check_complete();
        }
    }
    world.require(static_cast<bool>(clients.stop(1h)), "the clients stop");
    world.require(world.run_until([&] { return rules.members == 0; }, 5min), "all members go");
    world.finish();
    return outcome_of(world);
}

} // namespace iapp::test
