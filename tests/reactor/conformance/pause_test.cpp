// Pausing and resuming, on every engine.

#include "support/reactor_fixture.hpp"

#include <doctest/doctest.h>

using namespace iapp;
using namespace iapp::test;

namespace pause_test {

namespace {

// Turns that must neither tell anything nor cost more than the wait itself. Two turns before may
// still tell the poller what changed.
void check_quiet(reactor_fixture& f) {
    f.settle();
    const std::uint64_t before = f.io().system_calls();
    constexpr unsigned turns = 20;
    f.turn(turns);
    CHECK_MESSAGE(f.io().system_calls() - before <= turns, "one call a turn, the wait");
    CHECK_FALSE(f.io().has_work());
}

} // namespace

TEST_CASE("while a stream is paused nothing arrives, nothing spins, and nothing is lost") {
    const socket_path path;
    for (const address& at : {reactor_fixture::loopback(), path.at()}) {
        CAPTURE(at.to_string());
        reactor_fixture f;
        endpoint client;
        endpoint server;
        f.join(client, server, {}, at);
        f.settle();
        server.s.pause();
        const std::string text = pattern(5'000); // Unix sockets of FreeBSD hold 8 KiB
        client.write(f.io(), text);
        f.run_until("it to be sent", [&] { return client.drained == 1; });
        check_quiet(f);
        CHECK(server.bytes == 0);
        server.s.resume();
        f.run_until("the text", [&] { return server.bytes == text.size(); });
        CHECK((server.in == text));
    }
}

TEST_CASE("a pause in the middle of a burst holds back what is not in flight") {
    reactor_fixture f;
    endpoint client;
    endpoint server;
    f.join(client, server, {.io_size_bytes = 100});
    server.on_bytes = [](endpoint& e) { e.s.pause(); };
    const std::string text = pattern(5'000);
    client.write(f.io(), text);
    f.run_until("the first item", [&] { return server.items > 0; });
    check_quiet(f);
    const std::size_t in_flight = server.items;
    CHECK(in_flight <= 2);
    CHECK(server.bytes < text.size());
    while (server.bytes < text.size()) {
        const std::size_t before = server.bytes;
        server.s.resume();
        f.run_until("one more item", [&] { return server.bytes > before; });
        f.settle();
        CHECK(server.bytes <= before + 200);
    }
    CHECK((server.in == text));
}

TEST_CASE("pausing and resuming at once changes nothing") {
    reactor_fixture f;
    endpoint client;
    endpoint server;
    f.join(client, server, {.io_size_bytes = 100});
    server.on_bytes = [](endpoint& e) {
        e.s.pause();
        e.s.resume();
        e.s.resume();
    };
    const std::string text = pattern(50'000);
    client.write(f.io(), text);
    f.run_until("the text", [&] { return server.bytes == text.size(); });
    CHECK((server.in == text));
    client.write(f.io(), "and more");
    f.run_until("more", [&] { return server.bytes == text.size() + 8; });
}

TEST_CASE("a hang-up while paused is told after the bytes, on resuming, and does not spin") {
    const socket_path path;
    for (const address& at : {reactor_fixture::loopback(), path.at()}) {
        CAPTURE(at.to_string());
        reactor_fixture f;
        endpoint client;
        endpoint server;
        f.join(client, server, {}, at);
        server.s.pause();
        client.write(f.io(), "last words");
        client.s.close();
        f.run_until("the close", [&] { return client.closed == 1; });
        check_quiet(f);
        CHECK(server.bytes + static_cast<unsigned>(server.ended + server.closed) == 0);
        server.s.resume();
        f.run_until("the end of input", [&] { return server.ended == 1; });
        CHECK(server.in == "last words");
    }
}

TEST_CASE("a reset while paused does not spin and shows on resuming") {
    reactor_fixture f;
    endpoint client;
    endpoint server;
    f.join(client, server);
    server.s.pause();
    f.settle();
    client.s.abort();
    f.run_until("the abort", [&] { return client.closed == 1; });
    check_quiet(f);
    CHECK(server.closed == 0);
    server.s.resume();
    f.run_until("the reset", [&] { return server.closed == 1; });
    CHECK(server.closed_with(std::errc::connection_reset));
}

TEST_CASE("a paused stream still writes") {
    reactor_fixture f;
    endpoint client;
    endpoint server;
    f.join(client, server);
    server.s.pause();
    const std::string text = pattern(3'000'000); // blocks, and goes on when there is room
    server.write(f.io(), text);
    client.write(f.io(), "held back");
    f.run_until("the text", [&] { return client.bytes == text.size(); });
    CHECK((client.in == text));
    CHECK(server.bytes == 0);
}

TEST_CASE("a stream whose peer does not read waits without spinning") {
    reactor_fixture f;
    endpoint client;
    endpoint server;
    f.join_unstarted(client, server);
    client.start();
    client.write(f.io(), pattern(8'000'000));
    // Loopback acknowledgements make room now and then at first: until it is full for good.
    std::size_t left = 0;
    f.run_until("the socket to be full", [&] {
        const std::size_t before = std::exchange(left, client.s.unsent_bytes());
        f.settle();
        return before == left;
    });
    check_quiet(f);
}

TEST_CASE("an idle reactor makes one call a turn") {
    reactor_fixture f;
    acceptor door;
    endpoint client;
    endpoint server;
    endpoint unstarted[2];
    door.listen(f.io(), reactor_fixture::loopback());
    f.join(client, server);
    f.join_unstarted(unstarted[0], unstarted[1]);
    check_quiet(f);
}

TEST_CASE("an end of input that was told does not spin while the stream stays open") {
    reactor_fixture f;
    endpoint client;
    endpoint server;
    f.join(client, server);
    client.s.shutdown_write();
    f.run_until("the end of input", [&] { return server.ended == 1; });
    check_quiet(f);
    client.s = stream{}; // now both directions are over for the server's socket
    f.settle();
    check_quiet(f);
}

TEST_CASE("a paused listener accepts nothing, and everything when it resumes") {
    reactor_fixture f;
    acceptor door;
    endpoint clients[5];
    door.listen(f.io(), reactor_fixture::loopback());
    door.l.pause();
    for (endpoint& client : clients) {
        f.connect(client, door.at()); // the kernel's queue takes them
    }
    f.run_until("all to connect", [&] {
        for (const endpoint& client : clients) {
            if (client.connected == 0) {
                return false;
            }
        }
        return true;
    });
    check_quiet(f);
    CHECK(door.waiting.empty());
    door.l.resume();
    f.run_until("all of them", [&] { return door.waiting.size() == 5; });
    door.l.pause();
    door.l.resume();
    endpoint last;
    f.connect(last, door.at());
    f.run_until("one more", [&] { return door.waiting.size() == 6; });
}

TEST_CASE("a listener may pause itself from within accepted") {
    reactor_fixture f;
    acceptor door;
    endpoint clients[3];
    door.listen(f.io(), reactor_fixture::loopback());
    door.on_accepted = [](acceptor& a) { a.l.pause(); };
    for (endpoint& client : clients) {
        f.connect(client, door.at());
    }
    for (std::size_t i = 1; i <= 3; ++i) {
        f.run_until("one connection", [&] { return door.waiting.size() == i; });
        f.settle();
        CHECK(door.waiting.size() == i);
        door.l.resume();
    }
}

} // namespace pause_test
