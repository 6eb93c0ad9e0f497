// Bandwidth limits of streams, on every engine, under a clock that the test moves.

#include "support/reactor_fixture.hpp"

#include <doctest/doctest.h>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace limit_test {

namespace {

constexpr std::size_t item = 500; // what one read takes

// A reactor whose time stands still, and two joined streams.
struct limited {
    explicit limited(const receive_options& options = {.io_size_bytes = item}) {
        f.join(client, server, options);
    }

    // Time passes, and what may happen then does.
    void pass(duration time) {
        f.os().ahead += time;
        f.settle();
    }

    // So many bytes come to the server, and no more.
    void expect(std::size_t bytes) {
        f.run_until("so many bytes", [&] { return server.bytes >= bytes; });
        f.settle();
        CHECK(server.bytes == bytes);
    }

    reactor_fixture f{{}, std::make_unique<stopped_clock_kernel>()};
    endpoint client;
    endpoint server;
};

} // namespace

TEST_CASE("what is sent beyond the limit waits for its time, to the byte") {
    limited l;
    l.client.s.limit_send(10'000, 1'000);
    const std::string text = pattern(5'000);
    CHECK(l.client.write(l.f.io(), text) == write_status::ok);
    l.expect(1'000);
    CHECK(l.client.s.unsent_bytes() == 4'000);
    l.pass(50ms);
    l.expect(1'500);
    l.pass(150ms); // more than a burst
    l.expect(2'500);
    CHECK(l.client.drained == 0);
    while (l.client.s.unsent_bytes() > 0) {
        l.pass(100ms);
    }
    l.f.run_until("the end", [&] { return l.server.bytes == text.size(); });
    CHECK(l.client.drained == 1);
    CHECK((l.server.in == text));
}

TEST_CASE("bytes received beyond the limit are waited off") {
    limited l;
    l.server.s.limit_receive(10'000, 1'000);
    const std::string text = pattern(20'000);
    l.client.write(l.f.io(), text);
    l.f.run_until("a burst", [&] { return l.server.bytes >= 2 * item; });
    l.f.settle();
    // Two items make up the burst; at most two more were in flight.
    CHECK(l.server.bytes <= 4 * item);
    std::size_t allowed = 1'000;
    for (int i = 0; i < 20; ++i) {
        l.pass(50ms);
        allowed += 500;
        CHECK(l.server.bytes <= allowed + 3 * item);
        l.f.run_until("its share", [&] { return l.server.bytes + 2 * item >= allowed; });
    }
    while (l.server.bytes < text.size()) {
        l.pass(100ms);
    }
    CHECK((l.server.in == text));
}

TEST_CASE("a limit holds for bytes that are discarded too") {
    limited l{{.io_size_bytes = item, .discard = true}};
    l.server.s.limit_receive(10'000, 1'000);
    l.client.write(l.f.io(), pattern(20'000));
    l.f.settle();
    CHECK(l.server.bytes <= 4 * item);
    while (l.server.bytes < 20'000) {
        l.pass(100ms);
    }
}

TEST_CASE("who paused a stream is not overruled by the end of a hold, nor the other way round") {
    limited l;
    l.server.s.limit_receive(10'000, 1'000);
    l.client.write(l.f.io(), pattern(20'000));
    l.f.run_until("a burst", [&] { return l.server.bytes >= 2 * item; });
    l.f.settle();
    const std::size_t first = l.server.bytes;
    l.server.s.resume(); // the limit holds it still
    l.f.settle();
    CHECK(l.server.bytes == first);
    l.server.s.pause();
    l.f.settle();
    const std::size_t before = l.server.bytes;
    l.pass(1s); // the limit would let it go on
    CHECK(l.server.bytes == before);
    l.server.s.resume();
    l.f.run_until("more", [&] { return l.server.bytes > before; });
}

TEST_CASE("a stream that was paused before it got a limit stays paused") {
    limited l;
    l.server.s.pause();
    l.f.settle();
    l.server.s.limit_receive(10'000, 1'000);
    l.client.write(l.f.io(), pattern(5'000));
    l.pass(1s);
    l.server.s.limit_receive(0);
    l.pass(1s);
    CHECK(l.server.bytes == 0);
    l.server.s.resume();
    l.f.run_until("all", [&] { return l.server.bytes == 5'000; });
}

TEST_CASE("the end of a limit lets everything pass at once") {
    limited l;
    l.client.s.limit_send(1'000, 100);
    l.client.write(l.f.io(), pattern(20'000));
    l.expect(100);
    l.server.s.limit_receive(1'000, 100);
    l.client.s.limit_send(0);
    l.f.settle();
    CHECK(l.server.bytes < 20'000);
    l.server.s.limit_receive(0);
    l.f.run_until("all", [&] { return l.server.bytes == 20'000; });
    CHECK(l.client.drained == 1);
}

TEST_CASE("what waits for its limit counts for the write limit") {
    limited l{{.write_limit_bytes = 2'000}};
    l.client.s.limit_send(1'000, 100);
    CHECK(l.client.write(l.f.io(), pattern(1'500)) == write_status::ok);
    CHECK(l.client.write(l.f.io(), pattern(1'500)) == write_status::full);
    CHECK(l.client.write(l.f.io(), pattern(1)) == write_status::refused);
    l.client.s.limit_send(0);
    l.f.run_until("all", [&] { return l.server.bytes == 3'000; });
}

TEST_CASE("a half-close comes after the last limited byte") {
    limited l;
    l.client.s.limit_send(10'000, 1'000);
    l.client.write(l.f.io(), pattern(1'500));
    l.client.s.shutdown_write();
    l.expect(1'000);
    CHECK(l.server.ended == 0);
    l.pass(50ms);
    l.f.run_until("the end", [&] { return l.server.ended == 1; });
    CHECK(l.server.bytes == 1'500);
}

TEST_CASE("closing sends what waits for its limit, and drops it when that takes too long") {
    limited l;
    l.client.s.limit_send(10'000, 1'000);
    SUBCASE("in time") {
        l.client.write(l.f.io(), pattern(1'500));
        l.client.s.close();
        l.f.settle();
        CHECK(l.client.closed == 0);
        l.pass(50ms);
        l.f.run_until("the close", [&] { return l.client.closed == 1 && l.server.ended == 1; });
        CHECK(l.server.bytes == 1'500);
        CHECK(l.f.io().counters().bytes_dropped == 0);
    }
    SUBCASE("too late") {
        l.client.write(l.f.io(), pattern(100'000));
        l.client.s.close();
        l.pass(stream::flush_max + 10ms);
        l.f.run_until("the close", [&] { return l.client.closed == 1; });
        CHECK(l.client.closed_with(std::errc::timed_out));
        CHECK(l.f.io().counters().bytes_dropped > 90'000);
    }
}

TEST_CASE("a stream that goes away leaves nothing of its limits behind") {
    limited l;
    l.client.s.limit_send(10'000, 1'000);
    l.server.s.limit_receive(10'000, 1'000);
    l.client.write(l.f.io(), pattern(20'000));
    l.f.settle();
    SUBCASE("reset") {
        l.client.s.abort();
    }
    SUBCASE("forgotten") {
        l.client.s = {};
    }
    l.pass(stream::flush_max + 10ms);
    l.f.settle();
    l.server.s.close();
    l.f.settle();
    CHECK(l.f.io().timers().armed() == 0);
}

TEST_CASE("a limit set while a connect is under way holds from the first byte on") {
    reactor_fixture f{{}, std::make_unique<stopped_clock_kernel>()};
    acceptor door;
    door.listen(f.io(), reactor_fixture::loopback());
    endpoint client;
    f.connect(client, door.at());
    client.s.limit_send(10'000, 1'000);
    client.write(f.io(), pattern(1'500));
    f.run_until("a connection", [&] { return client.connected == 1 && !door.waiting.empty(); });
    endpoint server;
    server.s = door.take();
    server.start();
    f.run_until("the burst", [&] { return server.bytes >= 1'000; });
    f.settle();
    CHECK(server.bytes == 1'000);
    f.os().ahead += 50ms;
    f.run_until("the rest", [&] { return server.bytes == 1'500; });
}

} // namespace limit_test
