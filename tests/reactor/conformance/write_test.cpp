// Writing buffers and lists, and the limit on what waits, on every engine.

#include "support/reactor_fixture.hpp"

#include <doctest/doctest.h>

using namespace iapp;
using namespace iapp::test;

namespace write_test {

TEST_CASE("a list of many more slices than one call gathers arrives whole") {
    reactor_fixture f;
    endpoint client;
    endpoint server;
    f.join(client, server);
    const std::string text = pattern(5'000);
    CHECK(client.s.write(sliced(f.io().buffers(), text, 3)) == write_status::ok); // 1,667 slices
    CHECK(client.s.unsent_bytes() == text.size());
    f.run_until("the text", [&] { return server.bytes == text.size(); });
    CHECK((server.in == text));
    f.run_until("drained", [&] { return client.drained == 1; });
    CHECK(client.s.unsent_bytes() == 0);
}

TEST_CASE("one buffer written many times is sent as often") {
    reactor_fixture f;
    endpoint client;
    endpoint server;
    f.join(client, server);
    const buffer twice = f.copy("ab");
    buffer_list list;
    for (int i = 0; i < 200; ++i) {
        list.push_back(twice);
    }
    client.s.write(std::move(list));
    client.s.write(twice.slice(1, 1));
    f.run_until("401 bytes", [&] { return server.bytes == 401; });
    CHECK(server.in.substr(398) == "abb");
}

TEST_CASE("an empty list is taken and changes nothing") {
    reactor_fixture f;
    endpoint client;
    endpoint server;
    f.join(client, server);
    CHECK(client.s.write({}) == write_status::ok);
    CHECK(client.s.write(buffer{}) == write_status::ok);
    f.settle();
    CHECK(client.drained == 0);
    CHECK(server.bytes == 0);
}

TEST_CASE("at the limit write says full, then refuses, and drained comes once all is sent") {
    reactor_fixture f;
    endpoint client;
    endpoint server;
    f.join_unstarted(client, server);
    client.start({.write_limit_bytes = 1000});
    const std::string half = pattern(500);
    CHECK(client.write(f.io(), half) == write_status::ok);
    CHECK(client.write(f.io(), half) == write_status::full);
    CHECK(client.write(f.io(), "too much") == write_status::refused);
    CHECK(client.s.unsent_bytes() == 1000);
    f.run_until("drained", [&] { return client.drained == 1; });
    CHECK(client.write(f.io(), "more") == write_status::ok);
    server.start();
    f.run_until("all bytes", [&] { return server.bytes == 1004; });
    CHECK((server.in == half + half + "more"));
    CHECK(f.io().counters().bytes_out == 1004);
    CHECK(f.io().counters().bytes_dropped == 0);
}

TEST_CASE("one write larger than the limit is taken whole") {
    reactor_fixture f;
    endpoint client;
    endpoint server;
    f.join_unstarted(client, server);
    client.start({.write_limit_bytes = 10});
    const std::string text = pattern(8'000'000); // more than the sockets take
    CHECK(client.write(f.io(), text) == write_status::full);
    f.settle();
    CHECK(client.drained == 0);
    CHECK(client.s.unsent_bytes() > 0);
    CHECK(client.s.unsent_bytes() < text.size());
    server.start();
    f.run_until("all bytes", [&] { return server.bytes == text.size(); });
    CHECK((server.in == text));
    CHECK(client.drained == 1);
}

TEST_CASE("a stream that drains may be written to from within the event") {
    reactor_fixture f;
    endpoint client;
    endpoint server;
    f.join(client, server);
    client.on_drained = [&](endpoint& e) {
        if (e.drained < 20) {
            CHECK(e.write(f.io(), "x") == write_status::ok);
        }
    };
    client.write(f.io(), "x");
    f.run_until("20 bytes", [&] { return server.bytes == 20; });
    f.settle();
    CHECK(client.drained == 20);
}

TEST_CASE("an empty, moved-from or closed handle reports failure and does nothing") {
    reactor_fixture f;
    endpoint client;
    endpoint server;
    f.join(client, server);
    stream moved = std::move(client.s);
    stream& empty = client.s; // NOLINT: moved from on purpose
    CHECK_FALSE(empty.open());
    CHECK(empty.write(f.copy("x")) == write_status::refused);
    CHECK(empty.peer_address().error() == std::errc::not_connected);
    CHECK(empty.local_address().error() == std::errc::not_connected);
    CHECK(empty.set_options({}) == std::errc::not_connected);
    CHECK(empty.unsent_bytes() == 0);
    empty.pause();
    empty.resume();
    empty.shutdown_write();
    empty.close();
    empty.abort();
    client.s = std::move(moved);
    client.s.abort();
    f.run_until("its end", [&] { return client.closed == 1; });
    CHECK_FALSE(client.s.open());
    CHECK(client.s.write(f.copy("x")) == write_status::refused);
    client.s.resume();
    client.s.close();
    f.settle();
}

} // namespace write_test
