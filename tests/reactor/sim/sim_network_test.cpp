// Conversations between simulated hosts, on both characters.

#include "support/sim_stage.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace sim_network_test {

namespace {

constexpr sim_link slow{.latency = 10ms, .jitter = 0ns, .bytes_per_second = 1'000'000};

} // namespace

TEST_CASE("hosts know each other by their addresses, and an answer takes the time of its way") {
    for (const auto& characters : sim_pairs()) {
        sim_stage stage{{.link = slow}, characters};
        acceptor door;
        endpoint client;
        stage.listen(1, door, 80);
        const time_point before = stage.net().now();
        stage.connect(0, client, *address::parse("10.0.0.2:80"));
        stage.run_until("a connection", [&] { return client.connected == 1; });
        CHECK(stage.net().now() - before == 20ms);
        CHECK(*client.s.peer_address() == *address::parse("10.0.0.2:80"));
        stage.run_until("its other end", [&] { return !door.waiting.empty(); });
        CHECK(door.peers[0] == *client.s.local_address());
        CHECK(door.peers[0].with_port(0) == *address::parse("10.0.0.1:0"));
    }
}

TEST_CASE("bytes take the time that the link's width asks for, and arrive whole") {
    for (const auto& characters : sim_pairs()) {
        sim_stage stage{{.link = slow}, characters};
        endpoint client;
        endpoint server;
        stage.join(0, client, 1, server);
        const std::string text = pattern(3'000'000);
        const time_point before = stage.net().now();
        client.write(stage.io(0), text);
        stage.run_until("the text", [&] { return server.bytes == text.size(); });
        CHECK((server.in == text));
        CHECK(stage.net().now() - before >= 3s);
        CHECK(stage.net().now() - before < 5s);
    }
}

TEST_CASE("nobody listens: refused; nobody is there: timed out, by the stream's or the system's") {
    for (const sim_character character : {sim_character::ready, sim_character::completing}) {
        sim_stage stage{{}, {character, character}};
        endpoint refused;
        endpoint late;
        endpoint later;
        endpoint unix_one;
        stage.connect(0, refused, *address::parse("10.0.0.2:80"));
        stage.connect(0, late, *address::parse("192.0.2.1:80"), {.deadline = 5s});
        stage.connect(0, later, *address::parse("192.0.2.1:80"), {.deadline = 0s});
        stage.connect(0, unix_one, *address::unix_path("/nobody"));
        const time_point before = stage.net().now();
        stage.run_until("the refusal", [&] { return refused.closed && unix_one.closed; });
        CHECK(refused.closed_with(std::errc::connection_refused));
        CHECK(unix_one.closed_with(std::errc::no_such_file_or_directory));
        stage.run_until("the deadline", [&] { return late.closed == 1; });
        CHECK(late.closed_with(std::errc::timed_out));
        CHECK(stage.net().now() - before >= 5s);
        stage.run_until("the system's", [&] { return later.closed == 1; });
        CHECK(later.closed_with(std::errc::timed_out));
        CHECK(stage.net().now() - before == stage.net().options().connect_timeout);
    }
}

TEST_CASE("connects beyond the backlog are repeated until there is room") {
    for (const auto& characters : sim_pairs()) {
        sim_stage stage{{}, characters};
        acceptor door;
        endpoint clients[5];
        stage.listen(1, door, 0, {.backlog = 2});
        stage.settle();
        door.l.pause();
        stage.settle();
        for (endpoint& client : clients) {
            stage.connect(0, client, door.at());
        }
        stage.run_for(500ms);
        const auto connected = [&] {
            return std::count_if(std::begin(clients), std::end(clients),
                                 [](const endpoint& e) { return e.connected == 1; });
        };
        CHECK(connected() == 2);
        door.l.resume();
        stage.run_until("all of them", [&] { return door.waiting.size() == 5; });
        stage.run_until("their news of it", [&] { return connected() == 5; });
    }
}

TEST_CASE("Unix names belong to a host, and a full queue refuses at once") {
    for (const auto& characters : sim_pairs()) {
        sim_stage stage{{}, characters};
        acceptor doors[2];
        const address at = *address::unix_path("/run/door");
        doors[0].listen(stage.io(0), at, {.backlog = 1});
        doors[1].listen(stage.io(1), at); // another host's
        acceptor third;
        CHECK(stage.io(0).listen(at, acceptor::recording, &third).error() ==
              std::errc::address_in_use);
        doors[0].l.pause();
        stage.settle();
        endpoint first;
        endpoint second;
        stage.connect(0, first, at);
        stage.connect(0, second, at);
        stage.settle();
        CHECK(first.connected == 1);
        CHECK(second.closed_with(std::errc::resource_unavailable_try_again));
        doors[0].l.resume();
        stage.settle();
        CHECK(doors[0].waiting.size() == 1);
        CHECK(doors[0].peers[0] == address::unix_unnamed());
        CHECK(doors[1].waiting.empty());
        doors[0].l.close();
        stage.settle();
        endpoint late;
        stage.connect(0, late, at);
        stage.settle();
        CHECK(late.closed_with(std::errc::no_such_file_or_directory));
    }
}

TEST_CASE("addresses are in use, not ours, or shared in balance") {
    sim_stage stage{{}, {sim_character::ready, sim_character::completing}};
    acceptor doors[4];
    stage.listen(0, doors[0], 80);
    const auto listens = [&](const char* at, const listen_options& options = {}) {
        return stage.io(0).listen(*address::parse(at), acceptor::recording, &doors[3], options);
    };
    CHECK(listens("10.0.0.1:80").error() == std::errc::address_in_use);
    CHECK(listens("0.0.0.0:80").error() == std::errc::address_in_use);
    CHECK(listens("10.0.0.2:80").error() == std::errc::address_not_available);
    CHECK(listens("127.0.0.1:80"));
    CHECK(listens("[::1]:80"));
    stage.listen(1, doors[1], 443, {.balance = true});
    stage.listen(1, doors[2], 443, {.balance = true});
    endpoint clients[40];
    for (endpoint& client : clients) {
        stage.connect(0, client, doors[1].at());
    }
    stage.run_until("all of them",
                    [&] { return doors[1].waiting.size() + doors[2].waiting.size() == 40; });
    CHECK(doors[1].waiting.size() > 0);
    CHECK(doors[2].waiting.size() > 0);
}

TEST_CASE("a sender waits for a peer that does not read, with no more than the buffers taken") {
    for (const auto& characters : sim_pairs()) {
        sim_stage stage{{.send_buffer_bytes = 20'000, .receive_buffer_bytes = 30'000}, characters};
        endpoint client;
        endpoint server;
        stage.join(0, client, 1, server);
        stage.settle();
        server.s.pause();
        stage.settle();
        const std::string text = pattern(200'000);
        client.write(stage.io(0), text);
        stage.run_for(10s);
        CHECK(server.bytes == 0);
        CHECK(client.s.unsent_bytes() == 150'000);
        server.s.resume();
        stage.run_until("the text", [&] { return server.bytes == text.size(); });
        CHECK((server.in == text));
    }
}

TEST_CASE("fewer bytes than a stream's low-water mark wake nobody, its end does") {
    for (const auto& characters : sim_pairs()) {
        sim_stage stage{{}, characters};
        endpoint client;
        endpoint server;
        stage.join(0, client, 1, server);
        CHECK_FALSE(server.s.set_options({.receive_low_water_bytes = 100}));
        stage.settle();
        client.write(stage.io(0), "abc");
        stage.run_for(1s);
        if (characters[1] == sim_character::ready) {
            CHECK(server.bytes == 0);
        }
        client.s.shutdown_write();
        stage.run_until("the end", [&] { return server.ended == 1; });
        CHECK(server.in == "abc");
    }
}

TEST_CASE("more sockets than one pass serves are all served") {
    for (const auto& characters : sim_pairs()) {
        constexpr unsigned count = 600;
        sim_stage stage{{}, characters};
        acceptor door;
        stage.listen(1, door);
        std::vector<std::unique_ptr<endpoint>> clients;
        std::vector<std::unique_ptr<endpoint>> servers;
        for (unsigned i = 0; i < count; ++i) {
            clients.push_back(std::make_unique<endpoint>());
            servers.push_back(std::make_unique<endpoint>());
            stage.connect(0, *clients[i], door.at());
        }
        stage.run_until("the connections", [&] { return door.waiting.size() == count; });
        stage.settle();
        for (unsigned i = 0; i < count; ++i) {
            servers[i]->s = door.take();
            servers[i]->start();
            servers[i]->on_bytes = [&](endpoint& e) { e.write(stage.io(1), e.in); };
            clients[i]->start();
            clients[i]->write(stage.io(0), "hello");
        }
        stage.settle();
        stage.run_for(1s);
        for (unsigned i = 0; i < count; ++i) {
            CHECK(clients[i]->in == "hello");
        }
    }
}

TEST_CASE("a host without descriptors pauses its listener, and goes on when it has some") {
    for (const auto& characters : sim_pairs()) {
        sim_stage stage{{}, characters};
        acceptor door;
        stage.listen(1, door);
        stage.net().set_descriptors_max(stage.host(1), 3);
        endpoint clients[4];
        for (endpoint& client : clients) {
            stage.connect(0, client, door.at());
        }
        stage.run_until("a pause", [&] { return stage.io(1).counters().accept_pauses > 1; });
        CHECK(stage.io(1).counters().accept_pause_why == std::errc::too_many_files_open);
        CHECK(door.waiting.size() == 2);
        door.waiting.clear();
        stage.run_until("the others", [&] { return door.waiting.size() == 2; });
    }
}

TEST_CASE("a watch of a simulated descriptor reports for as long as it is ready") {
    for (const sim_character character : {sim_character::ready, sim_character::completing}) {
        sim_stage stage{{}, {character}};
        const std::unique_ptr<kernel> os = stage.net().make_kernel(stage.host(0));
        acceptor door;
        stage.listen(0, door);
        const descriptor fd = *os->open_stream(door.at(), {});
        os->connect(fd, door.at());
        stage.run_until("a connection", [&] { return !door.waiting.empty(); });
        endpoint server;
        server.s = door.take();
        watcher w;
        w.watch_fd(stage.io(0), fd, {.read = true});
        stage.settle();
        CHECK(w.reports == 0);
        server.write(stage.io(0), "ab");
        stage.run_until("reports", [&] { return w.readable >= 3; });
        std::byte memory[2];
        CHECK(os->receive(fd, memory).bytes == 2);
        stage.io(0).poll(duration::zero());
        const int before = w.reports;
        stage.settle();
        CHECK(w.reports == before);
        w.w.set({.write = true});
        stage.run_until("room to write", [&] { return w.writable > 0; });
        w.w.close();
        stage.settle();
        CHECK(w.closed == 1);
        CHECK(os->send(fd, {}).status != io_status::failed); // still open
        os->close(fd);
    }
}

} // namespace sim_network_test
