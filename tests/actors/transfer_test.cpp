// Transfers from stream to stream.

#include "support/task_streams.hpp"

#include "support/endpoint.hpp"

#include <iapp/actors/transfer.hpp>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace transfer_test {

namespace {

task<> sends_all(both_ends& me, std::string what) {
    for (std::size_t sent = 0; sent < what.size(); sent += 50'000) {
        co_await write(me.client,
                       sliced(me.cx.buffers(), std::string_view{what}.substr(sent, 50'000), 7'000));
    }
    co_await shutdown(me.client);
}

// Sends back what comes, by a transfer from a stream to itself.
task<> echoes(both_ends& me, transfer_options options) {
    const result<std::uint64_t> passed =
        co_await transfer(me.server, me.server, options).as_result();
    passed ? me.note(std::to_string(*passed)) : me.note(passed.error());
    me.server.shutdown_write();
}

// One direction of a proxy between two streams, here the two ends of one.
task<> passes(both_ends& me, transfer_options options) {
    const result<std::uint64_t> passed =
        co_await transfer(me.server, me.client, options).as_result();
    me.note(passed.error());
}

task<> hears(both_ends& me, std::size_t expected) {
    std::string all;
    while (true) {
        const buffer next = co_await read(me.client);
        if (next.empty()) {
            break;
        }
        all += next.text();
    }
    me.note(all == pattern(expected) ? "all came back" : "something else came back");
}

} // namespace

TEST_CASE("a transfer passes everything on, counts it, and leaves the half-close to its caller") {
    constexpr std::size_t bytes = 3'000'000;
    connected_worker world;
    world.actor.run(&sends_all, pattern(bytes));
    world.actor.run(&echoes, transfer_options{});
    world.actor.run(&hears, bytes);
    CHECK(world.seen(2) == journal{"3000000", "all came back"});
}

TEST_CASE("a transfer from which nothing comes fails when its idle time is over, not sooner") {
    connected_worker world;
    world.actor.run(&echoes, transfer_options{.idle = 60s});
    world.worker.turn(3);
    world.worker.pass(50s);
    world.actor.client.write(world.actor.copy("x"));
    world.settle();
    world.worker.pass(50s);
    CHECK(world.actor.seen.empty());
    world.worker.pass(10s);
    CHECK(world.actor.seen == journal{"timed out"});
}

TEST_CASE("a transfer to which nothing can be written fails when its idle time is over") {
    connected_worker world;
    world.actor.run(&sends_all, pattern(20 << 20));
    world.actor.run(&echoes, transfer_options{.idle = 60s});
    world.come_to_rest(); // nobody reads what comes back
    CHECK(world.worker.loop().io().buffers().outstanding() < 150);
    CHECK(world.actor.seen.empty());
    world.worker.pass(60s); // a part had left since the transfer began to wait
    world.worker.pass(60s);
    CHECK(world.actor.seen == journal{"timed out"});
}

TEST_CASE("a transfer is not idle while bytes go the other way") {
    connected_worker world;
    world.actor.run(&passes, transfer_options{.idle = 60s});
    world.worker.turn(3);
    for (int i = 0; i < 5; ++i) {
        world.worker.pass(50s);
        world.actor.server.write(world.actor.copy("x")); // what `passes` reads is silent
        world.settle();
    }
    CHECK(world.actor.seen.empty());
    world.worker.pass(50s);
    CHECK(world.actor.seen.empty());
    world.worker.pass(10s);
    CHECK(world.actor.seen == journal{"timed out"});
}

TEST_CASE("a transfer is not idle while what waits leaves slowly") {
    connected_worker world;
    world.actor.server.limit_send(1'000); // so 256 KiB take minutes
    world.actor.run(&sends_all, pattern(1 << 20));
    world.actor.run(&echoes, transfer_options{.idle = 60s});
    world.settle();
    for (int i = 0; i < 6; ++i) {
        world.worker.pass(50s);
        world.settle();
    }
    CHECK(world.actor.seen.empty());
}

TEST_CASE("a transfer fails with its source's error") {
    connected_worker world;
    world.actor.run(&echoes, transfer_options{});
    world.worker.turn(3);
    world.actor.client.abort();
    CHECK(world.seen(1) == journal{"reset"});
}

TEST_CASE("an actor that is stopped ends its transfers, whatever they wait for") {
    connected_worker world;
    world.actor.run(&sends_all, pattern(20 << 20));
    world.actor.run(&echoes, transfer_options{.idle = 60s});
    SUBCASE("for bytes") {
        world.worker.turn(2);
    }
    SUBCASE("for room") {
        world.settle();
    }
    world.actor.self().send(quit{});
    world.worker.turn(3);
    CHECK(world.worker.loop().memory().outstanding() == 0);
}

TEST_CASE("an actor may be stopped after any turn of its transfers") {
    for (unsigned turns = 0; turns < 40; ++turns) {
        connected_worker world;
        world.actor.run(&sends_all, pattern(200'000));
        world.actor.run(&echoes, transfer_options{.idle = 60s});
        world.actor.run(&hears, std::size_t{200'000});
        world.worker.turn(turns);
        world.actor.self().send(quit{});
        world.worker.turn(2);
        INFO("stopped after " << turns << " turns");
        REQUIRE(world.worker.loop().memory().outstanding() == 0);
    }
}

} // namespace transfer_test
