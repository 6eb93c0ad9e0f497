// Sources that only count what arrives, on every engine.

#include "support/reactor_fixture.hpp"

#include <doctest/doctest.h>

using namespace iapp;
using namespace iapp::test;

namespace discard_test {

TEST_CASE("a discarding stream counts every byte and keeps none") {
    const socket_path path;
    for (const address& at : {reactor_fixture::loopback(), path.at()}) {
        CAPTURE(at.to_string());
        reactor_fixture f;
        endpoint client;
        endpoint server;
        f.join_unstarted(client, server, at);
        client.start();
        server.start({.io_size_bytes = 10'000, .discard = true});
        const std::string text = pattern(1'234'567);
        client.write(f.io(), text);
        client.s.shutdown_write();
        f.run_until("the end of input", [&] { return server.ended == 1; });
        CHECK(server.bytes == text.size());
        CHECK(server.in.empty());
        CHECK(server.largest_item <= 10'000);
        CHECK(f.io().counters().bytes_in == text.size());
    }
}

TEST_CASE("a discarding stream pauses, resumes and writes like any other") {
    reactor_fixture f;
    endpoint client;
    endpoint server;
    f.join_unstarted(client, server);
    client.start();
    server.start({.discard = true});
    server.s.pause();
    client.write(f.io(), "12345");
    f.run_until("it to be sent", [&] { return client.drained == 1; });
    f.settle();
    CHECK(server.bytes == 0);
    server.s.resume();
    f.run_until("five bytes", [&] { return server.bytes == 5; });
    server.write(f.io(), "done");
    f.run_until("the answer", [&] { return client.in == "done"; });
}

TEST_CASE("a discarding stream sees a reset") {
    reactor_fixture f;
    endpoint client;
    endpoint server;
    f.join_unstarted(client, server);
    server.start({.discard = true});
    f.settle();
    client.s.abort();
    f.run_until("the reset", [&] { return server.closed == 1; });
    CHECK(server.closed_with(std::errc::connection_reset));
}

} // namespace discard_test
