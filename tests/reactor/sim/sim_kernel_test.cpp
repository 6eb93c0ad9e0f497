// The calls of simulated kernels, without an engine above them.

#include <iapp/reactor/sim/sim_network.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

using namespace iapp;
using namespace std::chrono_literals;

namespace sim_kernel_test {

namespace {

io_result send(kernel& by, descriptor fd, std::string_view text) {
    const std::array<std::span<const std::byte>, 1> one{std::as_bytes(std::span{text})};
    return by.send(fd, one);
}

std::string receive(kernel& by, descriptor fd) {
    std::array<std::byte, 100> memory;
    const io_result got = by.receive(fd, memory);
    REQUIRE(got.status == io_status::done);
    return {reinterpret_cast<const char*>(memory.data()), got.bytes};
}

std::error_code error_of(kernel& by, descriptor fd) {
    std::array<std::byte, 1> memory;
    return by.receive(fd, memory).error;
}

// Two hosts, and a connection between them.
struct connected_pair {
    explicit connected_pair(const sim_options& options = {}) : net{options} {
        const address at = sim_network::address_of(there, 80);
        door = *far->open_listener(at, {});
        near_fd = *near->open_stream(at, {});
        CHECK(near->connect(near_fd, at).status == io_status::would_block);
        pass();
        CHECK_FALSE(near->connect_outcome(near_fd));
        address peer;
        far_fd = far->accept(door, peer).connection;
        CHECK(peer == *near->local_address(near_fd));
    }

    void pass() { net.advance_to(net.now() + 1s); }

    sim_network net;
    sim_host there = net.add_host();
    std::unique_ptr<kernel> near = net.make_kernel(net.first_host());
    std::unique_ptr<kernel> far = net.make_kernel(there);
    descriptor door = no_descriptor;
    descriptor near_fd = no_descriptor;
    descriptor far_fd = no_descriptor;
};

} // namespace

TEST_CASE("bytes wait for their time, then for their reader") {
    connected_pair p;
    CHECK(send(*p.near, p.near_fd, "hello").bytes == 5);
    std::array<std::byte, 10> memory;
    CHECK(p.far->receive(p.far_fd, memory).status == io_status::would_block);
    p.pass();
    CHECK(receive(*p.far, p.far_fd) == "hello");
    CHECK(p.far->receive(p.far_fd, memory).status == io_status::would_block);
}

TEST_CASE("a reset comes after the bytes before it and is told once") {
    connected_pair p;
    send(*p.near, p.near_fd, "last words");
    p.near->reset_on_close(p.near_fd);
    p.near->close(p.near_fd);
    p.pass();
    CHECK(receive(*p.far, p.far_fd) == "last words");
    CHECK(error_of(*p.far, p.far_fd) == std::errc::connection_reset);
    CHECK(receive(*p.far, p.far_fd).empty());
    CHECK(send(*p.far, p.far_fd, "x").error == std::errc::broken_pipe);
    CHECK(p.far->shutdown_write(p.far_fd) == std::errc::not_connected);
    CHECK(p.far->peer_address(p.far_fd).error() == std::errc::not_connected);
}

TEST_CASE("a close with bytes unread resets, one without ends") {
    connected_pair p;
    p.near->close(p.near_fd);
    p.pass();
    CHECK(receive(*p.far, p.far_fd).empty());
    CHECK(send(*p.far, p.far_fd, "is anybody there?").bytes > 0); // it takes a while to know
    p.pass();
    CHECK(error_of(*p.far, p.far_fd) == std::errc::connection_reset);

    connected_pair q;
    send(*q.far, q.far_fd, "unread");
    q.pass();
    q.near->close(q.near_fd);
    q.pass();
    CHECK(error_of(*q.far, q.far_fd) == std::errc::connection_reset);
}

TEST_CASE("after a half-close the other direction goes on") {
    connected_pair p;
    send(*p.near, p.near_fd, "question");
    CHECK_FALSE(p.near->shutdown_write(p.near_fd));
    CHECK(send(*p.near, p.near_fd, "more").error == std::errc::broken_pipe);
    p.pass();
    CHECK(receive(*p.far, p.far_fd) == "question");
    CHECK(receive(*p.far, p.far_fd).empty());
    send(*p.far, p.far_fd, "answer");
    p.pass();
    CHECK(receive(*p.near, p.near_fd) == "answer");
}

TEST_CASE("what nobody accepted is reset with its listener") {
    connected_pair p;
    const descriptor waiting = *p.near->open_stream(sim_network::address_of(p.there, 80), {});
    p.near->connect(waiting, sim_network::address_of(p.there, 80));
    p.pass();
    p.far->close(p.door);
    p.pass();
    CHECK(p.near->connect_outcome(waiting) == std::errc::connection_reset);
}

TEST_CASE("the lowest free number is the next descriptor, and no descriptor is open twice") {
    connected_pair p;
    const address nowhere = *address::parse("192.0.2.1:80");
    CHECK(*p.near->open_stream(nowhere, {}) == 1);
    CHECK(*p.near->open_stream(nowhere, {}) == 2);
    p.near->close(1);
    CHECK(*p.near->open_stream(nowhere, {}) == 1);
    p.near->close(7);  // never opened
    p.near->close(-1); // no descriptor
    CHECK(p.net.open_descriptors(p.net.first_host()) == 3);
    p.net.set_descriptors_max(p.net.first_host(), 3);
    CHECK(p.near->open_stream(nowhere, {}).error() == std::errc::too_many_files_open);
}

TEST_CASE("the clock moves when it is told, never back, and events have their time") {
    sim_network net;
    const time_point begin = net.now();
    net.advance_to(begin - 1h);
    CHECK(net.now() == begin);
    CHECK(net.next_event() == time_point::max());
    CHECK(net.rests());
    const std::unique_ptr<kernel> os = net.make_kernel(net.first_host());
    const address at = *address::parse("192.0.2.1:80");
    const descriptor fd = *os->open_stream(at, {});
    os->connect(fd, at);
    CHECK(net.next_event() == begin + net.options().connect_timeout);
    net.advance_to(net.next_event());
    CHECK(os->connect_outcome(fd) == std::errc::timed_out);
    os->close(fd);
    CHECK(net.connections() == 0);
}

namespace {

// Random calls on a connection under a swarm of faults; returns the hash of what happened.
std::uint64_t scuffle(std::uint64_t seed) {
    connected_pair p{{.seed = seed, .send_buffer_bytes = 500, .receive_buffer_bytes = 300}};
    p.net.set_faults(sim_faults::swarm(seed));
    sim_random random{seed};
    std::array<std::byte, 64> memory;
    const std::string text(64, 'x');
    for (int i = 0; i < 1'000; ++i) {
        kernel& by = random.below(2) == 0 ? *p.near : *p.far;
        const descriptor fd = &by == p.near.get() ? p.near_fd : p.far_fd;
        if (random.below(2) == 0) {
            by.receive(fd, std::span{memory}.first(1 + random.below(64)));
        } else {
            send(by, fd, std::string_view{text}.substr(random.below(64)));
        }
        p.net.advance_to(p.net.now() + duration{static_cast<duration::rep>(random.below(200'000))});
    }
    return p.net.event_hash();
}

} // namespace

// The number changes with what the network decides; that it is one number for all compilers and
// systems is what matters.
TEST_CASE("a seed leads to the same events on every system") {
    CHECK(scuffle(42) == scuffle(42));
    CHECK(scuffle(42) != scuffle(43));
    CHECK(scuffle(42) == 10125701651368981462U);
}

} // namespace sim_kernel_test
