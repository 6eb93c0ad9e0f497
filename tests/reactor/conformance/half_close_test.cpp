// The end of one direction while the other goes on, on every engine.

#include "support/reactor_fixture.hpp"

#include <doctest/doctest.h>

using namespace iapp;
using namespace iapp::test;

namespace half_close_test {

TEST_CASE("a half-close ends the peer's input after the last byte, and the answer still arrives") {
    const socket_path path;
    for (const address& at : {reactor_fixture::loopback(), path.at()}) {
        CAPTURE(at.to_string());
        reactor_fixture f;
        endpoint client;
        endpoint server;
        f.join(client, server, {}, at);
        const std::string question = pattern(300'000, 1);
        const std::string answer = pattern(300'000, 2);
        server.on_ended = [&](endpoint& e) {
            CHECK(e.bytes == question.size());
            e.write(f.io(), answer);
            e.s.shutdown_write();
        };
        client.write(f.io(), question);
        client.s.shutdown_write();
        client.s.shutdown_write(); // a second one does nothing
        CHECK(client.write(f.io(), "after the end") == write_status::refused);
        f.run_until("both ends", [&] { return client.closed && server.closed; });
        CHECK((server.in == question));
        CHECK((client.in == answer));
        CHECK(client.closed_well());
        CHECK(server.closed_well());
        CHECK(client.ended == 1);
        CHECK(server.ended == 1);
    }
}

TEST_CASE("half-closes of both sides with unread data in both directions lose nothing") {
    reactor_fixture f;
    endpoint client;
    endpoint server;
    f.join(client, server);
    client.s.pause();
    server.s.pause();
    client.write(f.io(), "from the client");
    server.write(f.io(), "from the server");
    client.s.shutdown_write();
    server.s.shutdown_write();
    f.run_until("both to be sent", [&] { return client.drained && server.drained; });
    f.settle();
    CHECK(client.ended + server.ended + client.closed + server.closed == 0);
    client.s.resume();
    server.s.resume();
    f.run_until("both ends", [&] { return client.closed && server.closed; });
    CHECK(server.in == "from the client");
    CHECK(client.in == "from the server");
    CHECK(client.closed_well());
    CHECK(server.closed_well());
}

TEST_CASE("without a handler for the end of input the stream closes, and sends the rest first") {
    reactor_fixture f;
    endpoint client;
    endpoint server;
    f.join_unstarted(client, server);
    client.start();
    server.s.start(endpoint::recording_without_end, &server);
    const std::string text = pattern(1'000'000);
    server.write(f.io(), text);
    client.s.shutdown_write();
    f.run_until("both ends", [&] { return client.closed && server.closed; });
    CHECK(server.closed_well());
    CHECK(server.ended == 0);
    CHECK(client.ended == 1);
    CHECK((client.in == text));
}

TEST_CASE("a stream whose input ended stays open for writing until it is told otherwise") {
    reactor_fixture f;
    endpoint client;
    endpoint server;
    f.join(client, server);
    client.s.shutdown_write();
    f.run_until("the end of input", [&] { return server.ended == 1; });
    f.settle();
    CHECK(server.s.open());
    CHECK(server.closed == 0);
    server.write(f.io(), "later");
    f.run_until("the text", [&] { return client.in == "later"; });
    server.s.close();
    f.run_until("both ends", [&] { return client.closed && server.closed; });
}

namespace {

// Lets the client close first, and the server half-close when it has heard of that.
void half_close_last(reactor_fixture& f, endpoint& client, endpoint& server, const address& at) {
    f.join(client, server, {}, at);
    client.s.close();
    f.run_until("the end of input", [&] { return client.closed && server.ended == 1; });
    server.s.shutdown_write();
    f.run_until("the end", [&] { return server.closed == 1; });
}

// Says what FreeBSD says when the peer of a Unix socket has closed.
struct peerless_kernel : forwarding_kernel {
    std::error_code shutdown_write(descriptor) noexcept override {
        return std::make_error_code(std::errc::not_connected);
    }
};

} // namespace

TEST_CASE("a half-close after the peer has closed ends the stream well") {
    const socket_path path;
    for (const address& at : {reactor_fixture::loopback(), path.at()}) {
        CAPTURE(at.to_string());
        reactor_fixture f;
        endpoint client;
        endpoint server;
        half_close_last(f, client, server, at);
        CHECK(server.closed_well());
    }
}

TEST_CASE("not to be connected is an error of a half-close, but not over a Unix socket" *
          doctest::test_suite("os")) {
    const socket_path path;
    for (const address& at : {reactor_fixture::loopback(), path.at()}) {
        CAPTURE(at.to_string());
        const bool is_unix = at.family() == address_family::unix_path;
        reactor_fixture f{{}, std::make_unique<peerless_kernel>()};
        endpoint client;
        endpoint server;
        half_close_last(f, client, server, at);
        CHECK(server.closed_well() == is_unix);
        CHECK(server.closed_with(std::errc::not_connected) != is_unix);
    }
}

TEST_CASE("an end that came together with the last bytes is told after them") {
    const socket_path path;
    for (const address& at : {reactor_fixture::loopback(), path.at()}) {
        for (const std::uint32_t io_size_bytes : {4096U, 100U}) { // a few items, and many
            CAPTURE(at.to_string());
            CAPTURE(io_size_bytes);
            reactor_fixture f;
            endpoint client;
            endpoint server;
            f.join_unstarted(client, server, at);
            client.write(f.io(), pattern(30'000));
            client.s.shutdown_write();
            f.run_until("it to be sent", [&] { return client.drained == 1; });
            f.settle();
            server.start({.io_size_bytes = io_size_bytes}); // all is there before the first read
            f.run_until("the end of input", [&] { return server.ended == 1; });
            CHECK(server.bytes == 30'000);
        }
    }
}

} // namespace half_close_test
