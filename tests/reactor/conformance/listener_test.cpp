// Listening: names, addresses and options, on every engine.

#include "support/open_files.hpp"
#include "support/reactor_fixture.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <netinet/tcp.h>

using namespace iapp;
using namespace iapp::test;

namespace listener_test {

namespace {

int option_of(descriptor fd, int level, int name) {
    int value = -1;
    socklen_t size = sizeof value;
    CHECK(::getsockopt(fd, level, name, &value, &size) == 0);
    return value;
}

} // namespace

TEST_CASE("a port that is listened on is address_in_use") {
    reactor_fixture f;
    acceptor first;
    acceptor second;
    first.listen(f.io(), reactor_fixture::loopback());
    CHECK(f.io().listen(first.at(), acceptor::recording, &second).error() ==
          std::errc::address_in_use);
}

TEST_CASE("balanced listeners share a port, and each gets connections or none is lost") {
    reactor_fixture f;
    acceptor doors[2];
    doors[0].listen(f.io(), reactor_fixture::loopback(), {.balance = true});
    doors[1].listen(f.io(), doors[0].at(), {.balance = true});
    std::vector<unique_fd> peers;
    for (int i = 0; i < 50; ++i) {
        peers.push_back(connect_to(doors[0].at()));
    }
    f.run_until("all of them",
                [&] { return doors[0].waiting.size() + doors[1].waiting.size() == 50; });
}

TEST_CASE("an IPv6 listener is for IPv6 only, so the IPv4 port is free") {
    reactor_fixture f;
    acceptor six;
    acceptor four;
    six.listen(f.io(), *address::parse("[::]:0"));
    four.listen(f.io(), address::ipv4({0, 0, 0, 0}, six.at().port()));
    endpoint client;
    f.connect(client, address::ipv4({127, 0, 0, 1}, six.at().port()));
    f.run_until("the connection", [&] { return client.connected && !four.waiting.empty(); });
    CHECK(six.waiting.empty());
}

TEST_CASE("a stale Unix path is replaced, a live one is address_in_use") {
    reactor_fixture f;
    const socket_path path;
    {
        const unique_fd stale{::socket(AF_UNIX, SOCK_STREAM, 0)};
        const os::socket_address name = os::to_sockaddr(path.at());
        REQUIRE(::bind(stale.get(), name.get(), name.size) == 0);
    }
    REQUIRE(path.exists());
    acceptor unwilling;
    CHECK(f.io()
              .listen(path.at(), acceptor::recording, &unwilling, {.replace_stale_path = false})
              .error() == std::errc::address_in_use);
    acceptor first;
    acceptor second;
    first.listen(f.io(), path.at());
    CHECK(f.io().listen(path.at(), acceptor::recording, &second).error() ==
          std::errc::address_in_use);
    endpoint client;
    f.connect(client, path.at()); // the first one still listens
    f.run_until("the connection", [&] { return client.connected && !first.waiting.empty(); });
}

TEST_CASE("a path whose owner does not listen yet is address_in_use") {
    reactor_fixture f;
    const socket_path path;
    const unique_fd owner{::socket(AF_UNIX, SOCK_STREAM, 0)};
    const os::socket_address name = os::to_sockaddr(path.at());
    REQUIRE(::bind(owner.get(), name.get(), name.size) == 0);
    acceptor door;
    CHECK(f.io().listen(path.at(), acceptor::recording, &door).error() ==
          std::errc::address_in_use);
    REQUIRE(::listen(owner.get(), 1) == 0);
    const unique_fd client = connect_to(path.at());
    const unique_fd server{::accept(owner.get(), nullptr, nullptr)};
    CHECK(server.get() >= 0);
}

// So many that FreeBSD refuses the next one, as if nobody listened.
TEST_CASE(
    "a path is address_in_use, too, while its listener's queue is full, and looking is no visit") {
    reactor_fixture f;
    const socket_path path;
    acceptor first;
    acceptor second;
    first.listen(f.io(), path.at(), {.backlog = 2});
    std::vector<unique_fd> peers;
    const os::socket_address name = os::to_sockaddr(path.at());
    do {
        peers.emplace_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
    } while (::connect(peers.back().get(), name.get(), name.size) == 0 && peers.size() < 100);
    // FreeBSD has refused the last one as if nobody listened.
    REQUIRE(peers.size() < 100);
    CHECK(f.io().listen(path.at(), acceptor::recording, &second).error() ==
          std::errc::address_in_use);
    f.run_until("all that were taken", [&] { return first.waiting.size() == peers.size() - 1; });
    CHECK(f.io().listen(path.at(), acceptor::recording, &second).error() ==
          std::errc::address_in_use);
    f.settle();
    CHECK(first.waiting.size() == peers.size() - 1);
}

TEST_CASE("a file that is no socket is never replaced") {
    reactor_fixture f;
    const socket_path path;
    std::ofstream{path.text()} << "precious";
    acceptor door;
    CHECK(f.io().listen(path.at(), acceptor::recording, &door).error() ==
          std::errc::address_in_use);
    CHECK(path.exists());
}

TEST_CASE("the file of a Unix listener goes with it") {
    reactor_fixture f;
    const socket_path path;
    for (const bool closed : {true, false}) {
        CAPTURE(closed);
        acceptor door;
        door.listen(f.io(), path.at());
        CHECK(path.exists());
        f.turn();
        if (closed) {
            door.l.close();
        } else {
            door.l = listener{};
        }
        f.run_until("its end", [&] { return f.io().open_sockets() == 0; });
        CHECK_FALSE(path.exists());
    }
    acceptor last;
    last.listen(f.io(), path.at());
    CHECK(f.io().close_all(f.io().now() + patience()));
    CHECK_FALSE(path.exists());
}

TEST_CASE("an address that is not ours cannot be listened on") {
    reactor_fixture f;
    acceptor door;
    const auto refused = f.io().listen(*address::parse("192.0.2.1:0"), acceptor::recording, &door);
    CHECK(refused.error() == std::errc::address_not_available);
    const auto nowhere =
        f.io().listen(*address::parse("unix:/nowhere/at/all.sock"), acceptor::recording, &door);
    CHECK(nowhere.error() == std::errc::no_such_file_or_directory);
    CHECK(f.io().open_sockets() == 0);
}

TEST_CASE("options of a connect and of a listener are set on the sockets") {
    reactor_fixture f;
    acceptor door;
    endpoint client;
    const stream_options wanted{.nodelay = true,
                                .keepalive = true,
                                .send_buffer_bytes = 50'000,
                                .receive_buffer_bytes = 60'000,
                                .receive_low_water_bytes = 3};
    door.listen(f.io(), reactor_fixture::loopback(), {.stream = wanted});
    f.connect(client, door.at(), {.stream = wanted});
    f.run_until("both sides", [&] { return client.connected && !door.waiting.empty(); });
    for (const descriptor fd : {f.os().opened.back(), f.os().connections.back()}) {
        CHECK(option_of(fd, IPPROTO_TCP, TCP_NODELAY) != 0);
        CHECK(option_of(fd, SOL_SOCKET, SO_KEEPALIVE) != 0);
        CHECK(option_of(fd, SOL_SOCKET, SO_SNDBUF) >= 50'000);
        CHECK(option_of(fd, SOL_SOCKET, SO_RCVBUF) >= 60'000);
        CHECK(option_of(fd, SOL_SOCKET, SO_RCVLOWAT) == 3);
    }
}

TEST_CASE("options can be set later, and a Unix socket leaves out those of TCP") {
    reactor_fixture f;
    const socket_path path;
    acceptor door;
    endpoint client;
    door.listen(f.io(), path.at(), {.stream = {.nodelay = true, .keepalive_idle_s = 10}});
    f.connect(client, path.at(), {.stream = {.nodelay = true}});
    f.run_until("both sides", [&] { return client.connected && !door.waiting.empty(); });
    CHECK_FALSE(client.s.set_options({.nodelay = true, .send_buffer_bytes = 20'000}));
    CHECK(option_of(f.os().opened.back(), SOL_SOCKET, SO_SNDBUF) >= 20'000);

    endpoint tcp;
    endpoint server;
    f.join(tcp, server);
    CHECK(option_of(f.os().opened.back(), IPPROTO_TCP, TCP_NODELAY) == 0);
    CHECK_FALSE(tcp.s.set_options({.nodelay = true}));
    CHECK(option_of(f.os().opened.back(), IPPROTO_TCP, TCP_NODELAY) != 0);
}

TEST_CASE("fewer bytes than the low-water mark wake nobody, the end does") {
    reactor_fixture f;
    endpoint client;
    endpoint server;
    f.join_unstarted(client, server);
    CHECK_FALSE(server.s.set_options({.receive_low_water_bytes = 1000}));
    server.start();
    f.settle();
    client.write(f.io(), "abc");
    f.settle();
    CHECK(server.bytes == 0);
    client.s.shutdown_write();
    f.run_until("the end of input", [&] { return server.ended == 1; });
    CHECK(server.in == "abc");
}

} // namespace listener_test
