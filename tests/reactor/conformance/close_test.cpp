// Closing in order, in a hurry and by force, on every engine.

#include "support/reactor_fixture.hpp"

#include <doctest/doctest.h>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace close_test {

namespace {

// More than the sockets' own buffers take.
const std::string& large_text() {
    static const std::string text = pattern(8'000'000);
    return text;
}

} // namespace

TEST_CASE("close sends what was written, then tells closed once") {
    reactor_fixture f;
    endpoint client;
    endpoint server;
    f.join(client, server);
    client.write(f.io(), large_text());
    client.s.close();
    CHECK(client.write(f.io(), "after the end") == write_status::refused);
    client.s.close(); // a second one does nothing
    f.run_until("both ends", [&] { return client.closed && server.ended; });
    CHECK(client.closed_well());
    CHECK((server.in == large_text()));
    CHECK(f.io().counters().bytes_dropped == 0);
}

TEST_CASE("destroying the handle sends what was written, and tells nothing") {
    reactor_fixture f;
    endpoint client;
    endpoint server;
    f.join(client, server);
    client.write(f.io(), large_text());
    client.s = stream{};
    f.run_until("the end of input", [&] { return server.ended; });
    CHECK((server.in == large_text()));
    server.s.close();
    f.run_until("both ends", [&] { return f.io().open_sockets() == 0; });
    CHECK(client.closed + client.drained + client.ended == 0);
}

TEST_CASE("destroying the handle after close or abort tells nothing either") {
    reactor_fixture f;
    for (const bool forced : {false, true}) {
        CAPTURE(forced);
        endpoint client;
        endpoint server;
        f.join(client, server);
        if (forced) {
            client.s.abort();
        } else {
            client.s.close();
        }
        client.s = stream{};
        server.s = stream{};
        f.run_until("both ends", [&] { return f.io().open_sockets() == 0; });
        CHECK(client.closed == 0);
    }
}

TEST_CASE("a flush that the peer never reads ends by its deadline with a reset") {
    reactor_fixture f;
    endpoint client;
    endpoint server; // never started, so it never reads
    f.join_unstarted(client, server);
    client.start();
    client.write(f.io(), large_text());
    client.s.close();
    f.settle();
    CHECK(client.closed == 0);
    f.os().ahead += stream::flush_max - 1s;
    f.turn(2);
    CHECK(client.closed == 0);
    f.os().ahead += 2s;
    f.run_until("the deadline", [&] { return client.closed == 1; });
    CHECK(client.closed_with(std::errc::timed_out));
    const io_counters& counted = f.io().counters();
    CHECK(counted.bytes_dropped > 0);
    CHECK(counted.bytes_out + counted.bytes_dropped == large_text().size());
    server.start();
    f.run_until("the reset", [&] { return server.closed == 1; });
    CHECK(server.closed_with(std::errc::connection_reset));
}

TEST_CASE("nothing arrives after close") {
    reactor_fixture f;
    endpoint client;
    endpoint server;
    f.join(client, server);
    server.s.pause(); // so that the client's flush takes a while
    client.write(f.io(), large_text());
    f.settle();
    server.on_drained = [&](endpoint&) { client.s.close(); }; // the bytes are on their way
    server.write(f.io(), "unwanted");
    f.run_until("it to be sent", [&] { return server.drained > 0; });
    f.settle();
    CHECK(client.bytes == 0);
    server.s.resume();
    f.run_until("the end", [&] { return client.closed == 1; });
    CHECK(client.bytes == 0);
    CHECK(client.drained == 0);
}

TEST_CASE("a stream that another's handler closed hears nothing more of the same batch") {
    reactor_fixture f;
    endpoint clients[2];
    endpoint servers[2];
    for (int i : {0, 1}) {
        f.join(clients[i], servers[i]);
        servers[i].write(f.io(), large_text()); // its close() will have to flush
    }
    for (endpoint& client : clients) {
        client.s.pause();
    }
    f.settle();
    for (int i : {0, 1}) {
        servers[i].on_bytes = [&servers, i](endpoint&) { servers[1 - i].s.close(); };
        clients[i].write(f.io(), "x");
    }
    f.run_until("one of them", [&] { return servers[0].bytes + servers[1].bytes > 0; });
    f.settle();
    CHECK(servers[0].bytes + servers[1].bytes == 1);
    for (endpoint& client : clients) {
        client.s.abort();
    }
    f.run_until("all ends", [&] { return servers[0].closed && servers[1].closed; });
}

TEST_CASE("abort resets the connection and drops what was not sent") {
    reactor_fixture f;
    endpoint client;
    endpoint server;
    f.join_unstarted(client, server);
    client.start();
    client.write(f.io(), large_text());
    f.settle();
    CHECK(client.s.unsent_bytes() > 0);
    client.s.abort();
    CHECK(client.closed == 0); // never from within the call
    f.run_until("its end", [&] { return client.closed == 1; });
    CHECK(client.closed_well());
    CHECK(f.io().counters().bytes_dropped > 0);
    server.start();
    f.run_until("the reset", [&] { return server.closed == 1; });
    CHECK(server.closed_with(std::errc::connection_reset));
    CHECK(server.ended == 0);
}

TEST_CASE("a peer's reset ends a stream that is reading, writing or doing nothing") {
    for (const bool writes : {false, true}) {
        CAPTURE(writes);
        reactor_fixture f;
        endpoint client;
        endpoint server;
        f.join_unstarted(client, server);
        server.start();
        if (writes) {
            server.write(f.io(), large_text());
            f.settle();
        }
        client.s.abort();
        f.run_until("the reset", [&] { return server.closed == 1; });
        const bool pipe = server.closed_with(std::errc::broken_pipe);
        CHECK((server.closed_with(std::errc::connection_reset) || (writes && pipe)));
        CHECK_FALSE(server.s.open());
    }
}

TEST_CASE("writing after the peer is gone closes with an error") {
    reactor_fixture f;
    endpoint client;
    endpoint server;
    f.join(client, server);
    client.s = stream{};
    f.run_until("the end of input", [&] { return server.ended == 1; });
    for (int i = 0; i < 1000 && server.closed == 0; ++i) {
        server.write(f.io(), "is anybody there?");
        f.settle();
    }
    CHECK(server.closed == 1);
    const bool pipe = server.closed_with(std::errc::broken_pipe);
    CHECK((pipe || server.closed_with(std::errc::connection_reset)));
}

TEST_CASE("closing with a receive and a send under way ends both") {
    reactor_fixture f;
    endpoint client;
    endpoint server;
    f.join_unstarted(client, server);
    client.start();
    client.write(f.io(), large_text());
    f.settle();
    const std::uint64_t ended = f.io().counters().ops_ended;
    client.s.abort();
    f.run_until("its end", [&] { return client.closed == 1; });
    CHECK(f.io().counters().ops_ended == ended + 3); // receive, send, close
}

TEST_CASE("a closed listener tells closed, a destroyed one does not") {
    reactor_fixture f;
    acceptor closing;
    acceptor destroyed;
    closing.listen(f.io(), reactor_fixture::loopback());
    destroyed.listen(f.io(), reactor_fixture::loopback());
    f.turn(2);
    closing.l.close();
    destroyed.l.close();
    destroyed.l = listener{};
    CHECK_FALSE(closing.l.open());
    f.run_until("both ends", [&] { return f.io().open_sockets() == 0; });
    CHECK(closing.closed == 1);
    CHECK_FALSE(closing.why);
    CHECK(destroyed.closed == 0);
}

TEST_CASE("close_all ends whatever is under way, and its handles hear nothing") {
    reactor_fixture f;
    acceptor door;
    endpoint client;
    endpoint server;
    endpoint flushing;
    endpoint paused;
    endpoint connecting;
    f.join(client, server);
    f.join_unstarted(flushing, paused);
    door.listen(f.io(), reactor_fixture::loopback());
    flushing.start();
    flushing.write(f.io(), large_text());
    flushing.s.close();
    client.write(f.io(), large_text());
    f.connect(connecting, door.at());
    CHECK(f.io().close_all(f.io().now() + patience()));
    CHECK(f.io().open_sockets() == 0);
    for (const endpoint* e : {&client, &server, &flushing, &paused, &connecting}) {
        CHECK(e->closed == 0);
        CHECK_FALSE(e->s.open());
    }
    CHECK(door.closed == 0);
    CHECK_FALSE(f.io().listen(door.peers.empty() ? reactor_fixture::loopback() : door.peers[0],
                              acceptor::recording, &door));
    CHECK_FALSE(f.io().connect(reactor_fixture::loopback(), endpoint::recording, &client));
}

} // namespace close_test
