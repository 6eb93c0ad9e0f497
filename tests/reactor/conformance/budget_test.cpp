// What one busy socket may take, and a buffer pool at its limit, on every engine.

#include "support/reactor_fixture.hpp"
#include "support/sockets.hpp"

#include <doctest/doctest.h>

using namespace iapp;
using namespace iapp::test;

namespace budget_test {

TEST_CASE("a flood on one socket does not keep the others waiting") {
    reactor_fixture f;
    endpoint clients[3];
    endpoint servers[3];
    for (int i : {0, 1, 2}) {
        f.join(clients[i], servers[i], {.io_size_bytes = 1});
    }
    // Thousands of items are there at once; the other two sockets have one each.
    servers[0].s.pause();
    clients[0].write(f.io(), pattern(30'000));
    f.run_until("it to be sent", [&] { return clients[0].drained == 1; });
    f.settle();
    servers[0].s.resume();
    clients[1].write(f.io(), "x");
    f.turn(); // sends it, and begins with the flood
    std::size_t most = 0;
    std::size_t before = 0;
    f.run_until("all bytes", [&] {
        most = std::max(most, servers[0].items - before);
        before = servers[0].items;
        if (servers[1].bytes == 1 && clients[2].drained == 0 && servers[2].bytes == 0 &&
            clients[2].s.unsent_bytes() == 0) {
            CHECK_MESSAGE(servers[0].items < 15'000, "the second socket waited for the first");
            clients[2].write(f.io(), "y");
        }
        return servers[0].bytes == 30'000 && servers[1].bytes == 1 && servers[2].bytes == 1;
    });
    CHECK_MESSAGE(most <= 1'000, "one pass is bounded");
}

TEST_CASE("a stream that writes without end leaves time for others") {
    reactor_fixture f;
    endpoint clients[2];
    endpoint servers[2];
    for (int i : {0, 1}) {
        f.join(clients[i], servers[i]);
    }
    const std::string piece = pattern(20'000);
    clients[0].on_drained = [&](endpoint& e) { e.write(f.io(), piece); };
    clients[0].write(f.io(), piece);
    std::size_t rounds = 0;
    servers[1].on_bytes = [&](endpoint& e) { e.write(f.io(), "pong"); };
    clients[1].on_bytes = [&](endpoint& e) {
        ++rounds;
        e.write(f.io(), "ping");
    };
    clients[1].write(f.io(), "ping");
    f.run_until("both to have progressed",
                [&] { return rounds >= 100 && servers[0].bytes > 10 * piece.size(); });
    clients[0].on_drained = nullptr;
}

TEST_CASE("with the buffer pool at its limit reading waits, does not spin, and loses nothing" *
          doctest::test_suite("os")) {
    reactor_fixture f{{.buffers = {.limit_bytes = 1 << 20}}};
    endpoint server;
    acceptor door;
    door.listen(f.io(), reactor_fixture::loopback());
    const unique_fd peer{::socket(AF_INET, SOCK_STREAM, 0)};
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    at.sin_port = htons(door.at().port());
    REQUIRE(::connect(peer.get(), reinterpret_cast<sockaddr*>(&at), sizeof at) == 0);
    f.run_until("the connection", [&] { return !door.waiting.empty(); });
    server.s = door.take();

    std::vector<buffer> hoard;
    while (buffer one = f.io().buffers().allocate(16 * 1024)) {
        hoard.push_back(std::move(one));
    }
    send_bytes(peer, 20'000);
    server.start();
    f.settle();
    CHECK(server.bytes == 0);
    const std::uint64_t before = f.io().system_calls();
    f.turn(20);
    CHECK(f.io().system_calls() - before <= 20);
    CHECK_FALSE(f.io().has_work());

    hoard.pop_back();
    f.run_until("the bytes", [&] { return server.bytes == 20'000; });
    CHECK(server.in == std::string(20'000, 'x'));
    hoard.push_back(f.io().buffers().allocate(16 * 1024));
    REQUIRE(hoard.back());
    send_bytes(peer, 1);
    f.settle();
    CHECK(server.bytes == 20'000);
    server.s.pause(); // what waits for memory can be paused, resumed and closed
    hoard.clear();
    f.settle();
    CHECK(server.bytes == 20'000);
    server.s.resume();
    f.run_until("the last byte", [&] { return server.bytes == 20'001; });
}

TEST_CASE("a stream that waits for memory can be closed") {
    reactor_fixture f{{.buffers = {.limit_bytes = 1 << 20}}};
    endpoint client;
    endpoint server;
    f.join_unstarted(client, server);
    client.write(f.io(), "hello");
    f.run_until("it to be sent", [&] { return client.drained == 1; });
    std::vector<buffer> hoard;
    while (buffer one = f.io().buffers().allocate(16 * 1024)) {
        hoard.push_back(std::move(one));
    }
    server.start();
    f.settle();
    CHECK(server.bytes == 0);
    server.s.close();
    f.run_until("its end", [&] { return server.closed == 1; });
    hoard.clear();
    f.settle();
    CHECK(server.bytes == 0);
}

TEST_CASE("an idle connection holds no buffer") {
    reactor_fixture f;
    endpoint client;
    endpoint server;
    f.join(client, server);
    client.write(f.io(), "hello");
    f.run_until("the text", [&] { return server.bytes == 5 && client.drained == 1; });
    f.settle();
    CHECK(f.io().buffers().outstanding() == 0);
}

} // namespace budget_test
