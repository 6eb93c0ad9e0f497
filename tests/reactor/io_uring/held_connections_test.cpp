// Connections that the kernel accepted for a paused listener.

#include "support/open_files.hpp"
#include "support/reactor_fixture.hpp"

#include <doctest/doctest.h>

using namespace iapp;
using namespace iapp::test;

namespace held_connections_test {

TEST_CASE("connections that were kept during a pause are told before the shortage after them") {
    auto own = std::make_unique<starving_kernel>();
    starving_kernel& kernel = *own;
    reactor_fixture f{{.engine = "io_uring"}, std::move(own)};
    acceptor door;
    door.on_accepted = [](acceptor& a) { a.l.pause(); };
    door.listen(f.io(), reactor_fixture::loopback());
    f.turn(2);
    std::vector<unique_fd> peers;
    constexpr std::size_t more_than_one_pass_tells = 20;
    while (peers.size() < more_than_one_pass_tells) {
        peers.push_back(connect_to(door.at()));
    }
    const unique_fd last{::socket(AF_INET, SOCK_STREAM, 0)};
    f.run_until("the first", [&] { return door.waiting.size() == 1; });

    door.on_accepted = nullptr;
    door.l.resume();
    kernel.starve();
    REQUIRE(kernel.connect(last.get(), door.at()).status == io_status::done);
    f.run_until("a shortage", [&] { return f.io().counters().accept_pauses == 1; });
    CHECK(door.waiting.size() == peers.size());

    kernel.feed();
    kernel.ahead += 2 * listener::pause_ms;
    f.run_until("the last", [&] { return door.waiting.size() == peers.size() + 1; });
}

} // namespace held_connections_test
