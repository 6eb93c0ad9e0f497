// Sockets and descriptors running out, on every engine.

#include "support/open_files.hpp"
#include "support/reactor_fixture.hpp"

#include <doctest/doctest.h>

using namespace iapp;
using namespace iapp::test;

namespace shortage_test {

TEST_CASE("connections beyond sockets_max are refused and counted, and later ones taken again") {
    reactor_fixture f{{.sockets_max = 4}};
    acceptor door;
    door.listen(f.io(), reactor_fixture::loopback());
    std::vector<unique_fd> peers;
    for (int i = 0; i < 5; ++i) {
        peers.push_back(connect_to(door.at()));
    }
    f.run_until("all to be answered",
                [&] { return f.io().counters().accepted + f.io().counters().accept_refused == 5; });
    CHECK(door.waiting.size() == 3);
    CHECK(f.io().counters().accept_refused == 2);
    CHECK(f.io().open_sockets() == 4);
    endpoint extra;
    CHECK(f.io().connect(door.at(), endpoint::recording, &extra).error() ==
          std::errc::too_many_files_open);
    CHECK(f.io().listen(reactor_fixture::loopback(), acceptor::recording, &door).error() ==
          std::errc::too_many_files_open);
    door.waiting.clear();
    f.run_until("room", [&] { return f.io().open_sockets() == 1; });
    peers.push_back(connect_to(door.at()));
    f.run_until("one more", [&] { return door.waiting.size() == 1; });
}

TEST_CASE("a Unix listener that is refused for lack of room leaves no file behind") {
    reactor_fixture f{{.sockets_max = 1}};
    const socket_path path;
    acceptor door;
    door.listen(f.io(), reactor_fixture::loopback());
    CHECK_FALSE(f.io().listen(path.at(), acceptor::recording, &door));
    CHECK_FALSE(path.exists());
}

namespace {

// A reactor with a listener, in a process that can run out of descriptors.
struct starving_fixture {
    explicit starving_fixture(
        std::unique_ptr<starving_kernel> os = std::make_unique<starving_kernel>())
        : kernel{*os}, f{{}, std::move(os)} {
        door.listen(f.io(), reactor_fixture::loopback());
        f.turn(2);
    }

    // Time enough for a paused listener to try again.
    void next_try() { kernel.ahead += 2 * listener::pause_ms; }

    const io_counters& counters() { return f.io().counters(); }

    starving_kernel& kernel;
    reactor_fixture f;
    acceptor door;
};

} // namespace

TEST_CASE("without a descriptor to be had a listener pauses, counts, and tries again by timer") {
    starving_fixture s;
    std::vector<unique_fd> peers;
    for (int i = 0; i < 3; ++i) {
        peers.push_back(connect_to(s.door.at()));
    }
    s.kernel.starve();
    s.f.run_until("a pause", [&] { return s.counters().accept_pauses == 1; });
    CHECK(s.counters().accept_pause_why == std::errc::too_many_files_open);
    CHECK(s.door.waiting.empty());
    s.f.turn(2);
    const std::uint64_t before = s.f.io().system_calls();
    const std::uint64_t pauses = s.counters().accept_pauses;
    s.f.turn(20);
    if (s.counters().accept_pauses == pauses) { // always, but for a very slow host
        CHECK(s.f.io().system_calls() - before <= 20);
    }
    s.next_try();
    s.f.run_until("another try", [&] { return s.counters().accept_pauses > pauses; });
    CHECK(s.door.waiting.empty());
    CHECK(s.door.closed == 0);
    s.kernel.feed();
    s.next_try();
    s.f.run_until("all three", [&] { return s.door.waiting.size() == 3; });
    CHECK(s.counters().accepted == 3);
}

TEST_CASE("a listener can be paused, resumed and closed during a shortage") {
    starving_fixture s;
    const unique_fd peer = connect_to(s.door.at());
    s.kernel.starve();
    s.f.run_until("a pause", [&] { return s.counters().accept_pauses >= 1; });
    s.door.l.pause();
    s.kernel.feed();
    s.next_try();
    s.f.settle();
    CHECK(s.door.waiting.empty());
    s.door.l.resume();
    s.f.run_until("the connection", [&] { return s.door.waiting.size() == 1; });

    const unique_fd second = connect_to(s.door.at());
    s.kernel.starve();
    const std::uint64_t pauses = s.counters().accept_pauses;
    s.f.run_until("a second pause", [&] { return s.counters().accept_pauses > pauses; });
    s.door.l.close();
    s.f.run_until("its end", [&] { return s.door.closed == 1; });
    s.next_try();
    s.f.settle();
    CHECK_FALSE(s.door.why);
}

TEST_CASE("connecting without a descriptor to be had fails at once") {
    starving_fixture s;
    endpoint client;
    s.kernel.starve();
    CHECK(s.f.io().connect(s.door.at(), endpoint::recording, &client).error() ==
          std::errc::too_many_files_open);
}

} // namespace shortage_test
