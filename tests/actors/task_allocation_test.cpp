// In the steady state no task asks the system's heap for memory, whatever it awaits. The first
// rounds of each case warm up, the others are counted.

#include "harness/allocations.hpp"
#include "support/task_streams.hpp"

#include <iapp/actors/task_ask.hpp>
#include <iapp/actors/task_group.hpp>
#include <iapp/actors/transfer.hpp>
#include <iapp/actors/with_deadline.hpp>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace task_allocation_test {

namespace {

constexpr unsigned rounds = 1'000;

task<int> naps(scripted& me, int value) {
    co_await me.cx.sleep(1ms);
    co_return value;
}

task<> awaits_everything(scripted& me, ref<total> whom, unsigned count) {
    int sum = 0;
    for (unsigned i = 0; i < count; ++i) {
        const auto [a, b] = co_await all(naps(me, 1), naps(me, 2));
        sum += a + b + co_await any(naps(me, 3), naps(me, 4));
        sum += co_await with_deadline(1s, naps(me, 5));
        const result<int> asked = co_await me.cx.ask<total>(whom, 1s).as_result();
        sum += asked ? *asked : 0;
    }
    me.note(std::to_string(sum));
}

task<> sends_and_hears(both_ends& me, unsigned count) {
    unsigned heard = 0;
    for (unsigned i = 0; i < count; ++i) {
        co_await write(me.client, me.copy("ping"), 1s);
        heard += (co_await read_exactly(me.client, 4)).size() == 4;
    }
    me.note(std::to_string(heard));
}

task<> echoes(both_ends& me) {
    co_await transfer(me.server, me.server, {.idle = 60s});
}

} // namespace

TEST_CASE("tasks that sleep, ask and run side by side allocate nothing in the steady state") {
    scripted_worker world;
    const ref<total> whom = world.actor.cx.spawn<counter>();
    std::uint64_t calls = 0;
    for (const unsigned count : {rounds / 10, rounds}) {
        world.actor.run(&awaits_everything, whom, count);
        const std::size_t before = world.actor.seen.size();
        const bench::allocation_meter meter;
        while (world.actor.seen.size() == before) {
            world.worker.pass(1ms, 2);
        }
        calls = meter.by_process().calls;
    }
    CHECK(world.actor.seen.size() == 2);
    CHECK(calls <= 4); // the pools may grow once more
}

TEST_CASE("tasks that read, write and transfer allocate nothing in the steady state") {
    connected_worker world;
    world.actor.run(&echoes);
    std::uint64_t calls = 0;
    for (const unsigned count : {rounds / 10, rounds}) {
        world.actor.run(&sends_and_hears, count);
        const std::size_t before = world.actor.seen.size();
        const bench::allocation_meter meter;
        while (world.actor.seen.size() == before) {
            world.worker.turn();
        }
        calls = meter.by_process().calls;
    }
    CHECK(world.actor.seen == journal{std::to_string(rounds / 10), std::to_string(rounds)});
    CHECK(calls <= 4);
}

} // namespace task_allocation_test
