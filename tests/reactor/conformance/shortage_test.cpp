// Sockets and descriptors running out, on every engine.

#include "support/open_files.hpp"
#include "support/reactor_fixture.hpp"

#include <doctest/doctest.h>

using namespace iapp;
using namespace iapp::test;

TEST_CASE("connections beyond sockets_max are refused and counted, and later ones taken again") {
    reactor_fixture f{{.sockets_max = 4}};
    acceptor door;
    door.listen(f.io(), reactor_fixture::loopback());
    std::vector<unique_fd> peers;
    for (int i = 0; i < 5; ++i) {
        peers.push_back(connect_to(door.at()));
    }
    f.run_until("all to be answered", [&] {
        return f.io().counters().accepted + f.io().counters().accept_refused == 5;
    });
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

TEST_CASE("without a descriptor to be had a listener pauses, counts, and tries again by timer") {
    reactor_fixture f;
    acceptor door;
    door.listen(f.io(), reactor_fixture::loopback());
    f.turn(2);
    std::vector<unique_fd> peers;
    for (int i = 0; i < 3; ++i) {
        peers.push_back(connect_to(door.at()));
    }
    {
        const no_more_open_files shortage;
        f.run_until("a pause", [&] { return f.io().counters().accept_pauses == 1; });
        CHECK(f.io().counters().accept_pause_why == std::errc::too_many_files_open);
        CHECK(door.waiting.empty());
        // Until the timer nothing happens but the wait.
        const std::uint64_t before = f.io().system_calls();
        f.turn(20);
        if (f.io().counters().accept_pauses == 1) { // the pause may be over on a slow host
            CHECK(f.io().system_calls() - before <= 20);
        }
        f.os().ahead += 2 * listener::pause_ms;
        f.run_until("another try", [&] { return f.io().counters().accept_pauses >= 2; });
        CHECK(door.waiting.empty());
        CHECK(door.closed == 0);
    }
    f.os().ahead += 2 * listener::pause_ms;
    f.run_until("all three", [&] { return door.waiting.size() == 3; });
    CHECK(f.io().counters().accepted == 3);
}

TEST_CASE("a listener can be paused, resumed and closed during a shortage") {
    reactor_fixture f;
    acceptor door;
    door.listen(f.io(), reactor_fixture::loopback());
    f.turn(2);
    const unique_fd peer = connect_to(door.at());
    {
        const no_more_open_files shortage;
        f.run_until("a pause", [&] { return f.io().counters().accept_pauses == 1; });
        door.l.pause();
    }
    f.os().ahead += 2 * listener::pause_ms;
    f.settle();
    CHECK(door.waiting.empty());
    door.l.resume();
    f.run_until("the connection", [&] { return door.waiting.size() == 1; });

    const unique_fd second = connect_to(door.at());
    {
        const no_more_open_files shortage;
        f.run_until("a second pause", [&] { return f.io().counters().accept_pauses >= 2; });
        door.l.close();
        f.run_until("its end", [&] { return door.closed == 1; });
        f.os().ahead += 2 * listener::pause_ms;
        f.settle();
    }
    CHECK_FALSE(door.why);
}

TEST_CASE("connecting without a descriptor to be had fails at once") {
    reactor_fixture f;
    endpoint client;
    const no_more_open_files shortage;
    CHECK(f.io().connect(reactor_fixture::loopback(), endpoint::recording, &client).error() ==
          std::errc::too_many_files_open);
}
