// What befalls simulated hosts and the ways between them, on both characters.

#include "support/sim_stage.hpp"

#include <doctest/doctest.h>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace sim_trouble_test {

TEST_CASE("what is sent across a partition arrives when it heals, in order and with its end") {
    for (const auto& characters : sim_pairs()) {
        sim_stage stage{{}, characters};
        endpoint client;
        endpoint server;
        stage.join(0, client, 1, server);
        const std::string text = pattern(100'000);
        client.write(stage.io(0), text);
        stage.settle();
        stage.net().partition(stage.host(0), stage.host(1));
        client.s.shutdown_write();
        stage.run_for(30s);
        CHECK(server.ended == 0);
        CHECK(client.closed == 0);
        stage.net().heal(stage.host(1), stage.host(0));
        stage.run_until("the end", [&] { return server.ended == 1; });
        CHECK((server.in == text));
    }
}

TEST_CASE("a partition that lasts ends the sender, and its peer when that sends too") {
    for (const auto& characters : sim_pairs()) {
        sim_stage stage{{}, characters};
        endpoint client;
        endpoint server;
        stage.join(0, client, 1, server);
        stage.net().partition(stage.host(0), stage.host(1));
        client.write(stage.io(0), "is anybody there?");
        stage.run_for(stage.net().options().send_timeout + 1s);
        CHECK(client.closed_with(std::errc::timed_out));
        CHECK(server.closed == 0);
        server.write(stage.io(1), "hello?");
        stage.run_for(10s);
        stage.net().heal(stage.host(0), stage.host(1));
        stage.run_until("the reset", [&] { return server.closed == 1; });
        CHECK(server.closed_with(std::errc::connection_reset));
    }
}

TEST_CASE("a connect waits for a partition to heal") {
    for (const auto& characters : sim_pairs()) {
        sim_stage stage{{}, characters};
        acceptor door;
        endpoint client;
        stage.listen(1, door);
        stage.net().partition(stage.host(0), stage.host(1));
        stage.connect(0, client, door.at(), {.deadline = 20s});
        stage.run_for(10s);
        CHECK(client.connected + client.closed == 0);
        stage.net().heal(stage.host(0), stage.host(1));
        stage.run_until("the connection", [&] { return client.connected == 1; });
    }
}

TEST_CASE(
    "a stalled host hears and says nothing until it goes on, after the longest of its stalls") {
    for (const auto& characters : sim_pairs()) {
        for (const bool twice : {false, true}) {
            sim_stage stage{{}, characters};
            endpoint client;
            endpoint server;
            stage.join(0, client, 1, server);
            stage.net().stall(stage.host(1), stage.net().now() + 5s);
            if (twice) {
                stage.net().stall(stage.host(1), stage.net().now() + 1s);
            }
            client.write(stage.io(0), "hello");
            stage.run_for(4s);
            CHECK(server.bytes == 0);
            stage.run_for(2s);
            CHECK(server.in == "hello");
        }
    }
}

TEST_CASE("peers of a killed process see the end or a reset, and its calls do nothing any more") {
    for (const auto& characters : sim_pairs()) {
        sim_stage stage{{}, characters};
        endpoint clients[2];
        endpoint servers[2];
        for (int i : {0, 1}) {
            stage.join(0, clients[i], 1, servers[i]);
        }
        stage.settle();
        servers[1].s.pause();
        stage.settle();
        clients[1].write(stage.io(0), "never read");
        acceptor door;
        stage.listen(1, door, 80);
        stage.run_for(1s);
        stage.net().kill(stage.host(1));
        stage.run_until("both to hear of it",
                        [&] { return clients[0].ended && clients[1].closed; });
        CHECK(clients[1].closed_with(std::errc::connection_reset));
        servers[0].write(stage.io(1), "from the dead");
        stage.run_for(1s);
        CHECK(clients[0].bytes == 0);

        door.l = listener{};
        servers[0].s = stream{};
        servers[1].s = stream{};
        stage.replace(1, characters[1]);
        acceptor again;
        stage.listen(1, again, 80); // the address is free
        endpoint third;
        stage.connect(0, third, again.at());
        stage.run_until("a connection", [&] { return !again.waiting.empty(); });
    }
}

TEST_CASE("a crashed host is silent, and after its restart old connections are reset") {
    for (const auto& characters : sim_pairs()) {
        sim_stage stage{{}, characters};
        endpoint client;
        endpoint server;
        stage.join(0, client, 1, server);
        stage.settle();
        stage.net().crash(stage.host(1));
        client.write(stage.io(0), "hello?");
        stage.run_for(20s);
        CHECK(client.closed + client.ended == 0);
        server.s = stream{};
        stage.net().restart(stage.host(1));
        stage.replace(1, characters[1]);
        stage.run_until("the reset", [&] { return client.closed == 1; });
        CHECK(client.closed_with(std::errc::connection_reset));
    }
}

TEST_CASE("a peer that is silent for ever is given up by who sends") {
    for (const auto& characters : sim_pairs()) {
        sim_stage stage{{}, characters};
        endpoint client;
        endpoint server;
        stage.join(0, client, 1, server);
        stage.net().crash(stage.host(1));
        client.write(stage.io(0), "hello?");
        stage.run_until("the time limit", [&] { return client.closed == 1; });
        CHECK(client.closed_with(std::errc::timed_out));
        server.s = stream{};
    }
}

} // namespace sim_trouble_test
