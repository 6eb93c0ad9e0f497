// Connecting and accepting, on every engine.

#include "support/reactor_fixture.hpp"
#include "support/silent_kernel.hpp"

#include <doctest/doctest.h>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace connect_test {

namespace {

// Where nobody listens (any more).
address deserted(reactor_fixture& f, const address& at) {
    acceptor gone;
    gone.listen(f.io(), at);
    const address there = gone.at();
    gone.l.close();
    f.turn(2);
    return there;
}

} // namespace

TEST_CASE("a connect is accepted and both sides know each other's address") {
    for (const char* text : {"127.0.0.1:0", "[::1]:0"}) {
        CAPTURE(text);
        reactor_fixture f;
        acceptor door;
        endpoint client;
        door.listen(f.io(), *address::parse(text));
        CHECK(door.at().port() != 0);
        f.connect(client, door.at());
        CHECK(client.connected == 0); // never from within the call
        f.run_until("both sides", [&] { return client.connected && !door.waiting.empty(); });
        const stream server = door.take();
        CHECK(*client.s.peer_address() == door.at());
        CHECK(*client.s.local_address() == door.peers.front());
        CHECK(*server.peer_address() == *client.s.local_address());
        CHECK(*server.local_address() == door.at());
        CHECK(f.io().counters().accepted == 1);
    }
}

TEST_CASE("a Unix socket connects, and its client has no name") {
    reactor_fixture f;
    const socket_path path;
    acceptor door;
    endpoint client;
    door.listen(f.io(), path.at());
    CHECK(door.at() == path.at());
    f.connect(client, path.at());
    f.run_until("both sides", [&] { return client.connected && !door.waiting.empty(); });
    CHECK(door.peers.front() == address::unix_unnamed());
    CHECK(*client.s.peer_address() == path.at());
}

TEST_CASE("many connections made at once are all accepted") {
    constexpr unsigned count = 300; // more than one pass accepts
    reactor_fixture f;
    acceptor door;
    std::vector<std::unique_ptr<endpoint>> clients;
    door.listen(f.io(), reactor_fixture::loopback());
    unsigned connected = 0;
    for (unsigned i = 0; i < count; ++i) {
        clients.push_back(std::make_unique<endpoint>());
        clients.back()->on_connected = [&](endpoint&) { ++connected; };
        f.connect(*clients.back(), door.at());
        if (i % 100 == 99) { // FreeBSD's queue holds 128 unless told otherwise
            f.run_until("a hundred more", [&] { return door.waiting.size() == i + 1; });
        }
    }
    f.run_until("all to connect", [&] { return connected == count; });
    CHECK(f.io().counters().accepted == count);
}

TEST_CASE("a connect that is refused closes with connection_refused") {
    reactor_fixture f;
    const socket_path path;
    for (const address& at : {reactor_fixture::loopback(), path.at()}) {
        CAPTURE(at.to_string());
        const address there = deserted(f, at);
        endpoint client;
        f.connect(client, there);
        CHECK(client.closed == 0); // never from within the call
        f.run_until("the refusal", [&] { return client.closed > 0; });
        const bool gone = client.closed_with(std::errc::no_such_file_or_directory);
        CHECK((client.closed_with(std::errc::connection_refused) || gone));
        CHECK(gone == (at.family() == address_family::unix_path));
        CHECK(client.connected == 0);
        CHECK_FALSE(client.s.open());
    }
}

TEST_CASE("a connect that nobody answers ends by its deadline" * doctest::test_suite("os")) {
    auto os = std::make_unique<silent_kernel>();
    silent_kernel& silent = *os;
    reactor_fixture f{{}, std::move(os)};
    endpoint client;
    f.connect(client, *address::parse("127.0.0.1:9"), {.deadline = 1h});
    CHECK(client.write(f.io(), "never sent") == write_status::ok);
    f.settle();
    CHECK(client.closed == 0);
    silent.ahead += 50min;
    f.turn(2);
    CHECK(client.closed == 0);
    silent.ahead += 10min;
    f.run_until("the deadline", [&] { return client.closed > 0; });
    CHECK(client.closed_with(std::errc::timed_out));
    CHECK(f.io().counters().bytes_dropped == 10);
    CHECK(f.io().counters().bytes_out == 0);
}

TEST_CASE("a connect without a deadline waits for its answer" * doctest::test_suite("os")) {
    auto os = std::make_unique<silent_kernel>();
    silent_kernel& silent = *os;
    reactor_fixture f{{}, std::move(os)};
    endpoint client;
    f.connect(client, *address::parse("127.0.0.1:9"), {.deadline = 0ms});
    silent.ahead += 1h;
    f.settle();
    CHECK(client.closed == 0);
    silent.answer();
    f.run_until("the answer", [&] { return client.connected > 0; });
    silent.ahead += 1h; // and no deadline is left over
    f.settle();
    CHECK(client.closed == 0);
}

TEST_CASE("a connect that was answered has no deadline any more" * doctest::test_suite("os")) {
    auto os = std::make_unique<silent_kernel>();
    silent_kernel& silent = *os;
    reactor_fixture f{{}, std::move(os)};
    endpoint client;
    f.connect(client, *address::parse("127.0.0.1:9"), {.deadline = 5s});
    f.turn(2);
    silent.answer();
    f.run_until("the answer", [&] { return client.connected > 0; });
    silent.ahead += 1h;
    f.settle();
    CHECK(client.closed == 0);
}

TEST_CASE("closing while connecting tells closed and nothing else" * doctest::test_suite("os")) {
    reactor_fixture f{{}, std::make_unique<silent_kernel>()};
    endpoint closing;
    endpoint aborting;
    f.connect(closing, *address::parse("127.0.0.1:9"));
    f.connect(aborting, *address::parse("127.0.0.1:9"));
    f.turn(2);
    closing.s.close();
    aborting.s.abort();
    CHECK(closing.closed == 0);
    f.run_until("both ends", [&] { return closing.closed && aborting.closed; });
    CHECK(closing.closed_well());
    CHECK(aborting.closed_well());
    CHECK(closing.connected + aborting.connected == 0);
    CHECK(f.io().open_sockets() == 0);
}

TEST_CASE("destroying the handle while connecting tells nothing at all" *
          doctest::test_suite("os")) {
    reactor_fixture f{{}, std::make_unique<silent_kernel>()};
    endpoint client;
    f.connect(client, *address::parse("127.0.0.1:9"));
    f.turn(2);
    client.s = stream{};
    f.run_until("its end", [&] { return f.io().open_sockets() == 0; });
    CHECK(client.closed + client.connected == 0);
}

TEST_CASE("what is written and shut down while connecting happens after it") {
    reactor_fixture f;
    acceptor door;
    endpoint client;
    endpoint server;
    door.listen(f.io(), reactor_fixture::loopback());
    f.connect(client, door.at());
    CHECK(client.write(f.io(), "early") == write_status::ok);
    client.s.shutdown_write();
    CHECK(client.write(f.io(), "late") == write_status::refused);
    client.start();
    f.run_until("a connection", [&] { return !door.waiting.empty(); });
    server.s = door.take();
    server.start();
    f.run_until("the end of input", [&] { return server.ended == 1; });
    CHECK(server.in == "early");
    CHECK(client.drained == 1);
}

TEST_CASE("a stream that is paused before it is connected or started stays paused") {
    reactor_fixture f;
    acceptor door;
    endpoint client;
    endpoint server;
    door.listen(f.io(), reactor_fixture::loopback());
    f.connect(client, door.at());
    client.start();
    client.s.pause();
    f.run_until("a connection", [&] { return client.connected && !door.waiting.empty(); });
    server.s = door.take();
    server.s.pause();
    server.start();
    server.write(f.io(), "to the client");
    client.write(f.io(), "to the server");
    f.run_until("both to be sent", [&] { return server.drained && client.drained; });
    f.settle();
    CHECK(client.in.empty());
    CHECK(server.in.empty());
    client.s.resume();
    server.s.resume();
    f.run_until("both texts",
                [&] { return client.in == "to the client" && server.in == "to the server"; });
}

TEST_CASE("a connection that nobody takes is closed, and its peer sees the end") {
    reactor_fixture f;
    acceptor door;
    endpoint client;
    door.listen(f.io(), reactor_fixture::loopback());
    door.on_accepted = [](acceptor& a) { a.waiting.clear(); };
    f.connect(client, door.at());
    client.start();
    f.run_until("the end", [&] { return client.ended == 1; });
    CHECK(f.io().counters().accepted == 1);
}

} // namespace connect_test
