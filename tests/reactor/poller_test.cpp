// What pollers report. One suite for every poller: IAPP_ENGINE says which.

#include <doctest/doctest.h>

#include <support/pollers.hpp>
#include <support/sockets.hpp>

#include <cerrno>

namespace poller_test {

namespace {

using namespace std::chrono_literals;
using iapp::interest;
using iapp::ready_event;
using iapp::test::await;
using iapp::test::becomes_quiet;
using iapp::test::both;
using iapp::test::drain;
using iapp::test::fd_pair;
using iapp::test::first_key;
using iapp::test::has_ended;
using iapp::test::is_readable;
using iapp::test::is_writable;
using iapp::test::look;
using iapp::test::nothing;
using iapp::test::reading;
using iapp::test::registration;
using iapp::test::send_bytes;
using iapp::test::tcp_pair;
using iapp::test::tested_poller;
using iapp::test::unique_fd;
using iapp::test::unix_pair;
using iapp::test::wait;
using iapp::test::writing;

} // namespace

TEST_CASE("a descriptor that is already readable is reported after registering") {
    const auto waits = tested_poller();
    fd_pair pair = tcp_pair();
    send_bytes(pair.far, 5);
    registration r{*waits, pair.near.get(), first_key};
    r.set(reading);
    CHECK_FALSE(await(*waits, first_key, is_readable).ended);
    CHECK(drain(pair.near).count == 5);
    r.forget();
}

TEST_CASE("bytes that come after registering are reported") {
    const auto waits = tested_poller();
    fd_pair pair = unix_pair();
    registration r{*waits, pair.near.get(), first_key};
    r.set(reading);
    for (const ready_event& e : look(*waits)) {
        CHECK_FALSE(e.readable); // that it is writable may be said unasked, once
    }
    send_bytes(pair.far, 1);
    await(*waits, first_key, is_readable);
    r.forget();
}

TEST_CASE("write interest is reported when there is room again") {
    const auto waits = tested_poller();
    fd_pair pair = tcp_pair();
    registration r{*waits, pair.near.get(), first_key};
    r.set(reading);
    look(*waits);
    iapp::test::fill(pair.near);
    r.set(both);
    std::size_t taken = 0;
    bool writable = false;
    while (!writable) {
        taken += drain(pair.far).count;
        for (const ready_event& e : wait(*waits, 1ms)) {
            writable |= e.key == first_key && e.writable;
        }
    }
    CHECK(taken > 0);
    r.forget();
}

TEST_CASE("a dropped write interest is not reported") {
    const auto waits = tested_poller();
    fd_pair pair = unix_pair();
    registration r{*waits, pair.near.get(), first_key};
    r.set(writing);
    await(*waits, first_key, is_writable);
    r.set(nothing);
    CHECK(look(*waits).empty());
    CHECK(look(*waits).empty());
    SUBCASE("and is reported when it is wanted again") {
        iapp::test::fill(pair.near);
        r.set(writing);
        drain(pair.far);
        await(*waits, first_key, is_writable);
    }
    SUBCASE("while reading goes on") {
        r.set(reading);
        send_bytes(pair.far, 1);
        await(*waits, first_key, is_readable);
    }
    r.forget();
}

TEST_CASE("bytes and the end of the stream together are reported as ended") {
    const auto waits = tested_poller();
    fd_pair pair = tcp_pair();
    registration r{*waits, pair.near.get(), first_key};
    SUBCASE("when only reading was ever wanted") {
        r.set(reading);
    }
    SUBCASE("while a send is blocked") {
        iapp::test::fill(pair.near);
        r.set(both);
    }
    SUBCASE("after a send was blocked") {
        r.set(both);
        look(*waits);
        r.set(reading);
    }
    send_bytes(pair.far, 5);
    ::shutdown(pair.far.get(), SHUT_WR);
    const ready_event e = await(*waits, first_key, has_ended);
    CHECK(e.error == 0);
    const auto seen = drain(pair.near);
    CHECK(seen.count == 5);
    CHECK(seen.after == 0);
    r.forget();
}

TEST_CASE("a reset is reported as ended, and the event or the next receive names it") {
    const auto waits = tested_poller();
    fd_pair pair = tcp_pair();
    registration r{*waits, pair.near.get(), first_key};
    r.set(reading);
    iapp::test::close_with_reset(pair.far);
    const ready_event e = await(*waits, first_key, has_ended);
    const auto seen = drain(pair.near);
    CHECK((e.error == ECONNRESET || seen.after == ECONNRESET));
    r.forget();
}

TEST_CASE("a refused connect is reported as ended, and the event or the socket names it") {
    // A port that was just given back: nobody listens there.
    sockaddr_in at{};
    {
        fd_pair pair = tcp_pair();
        socklen_t size = sizeof at;
        REQUIRE(::getsockname(pair.near.get(), reinterpret_cast<sockaddr*>(&at), &size) == 0);
    }
    const unique_fd fd{::socket(AF_INET, SOCK_STREAM, 0)};
    iapp::test::make_non_blocking(fd.get());
    REQUIRE(::connect(fd.get(), reinterpret_cast<sockaddr*>(&at), sizeof at) != 0);
    if (errno == ECONNREFUSED) {
        return; // told at once: there is nothing to wait for
    }
    REQUIRE(errno == EINPROGRESS);
    const auto waits = tested_poller();
    registration r{*waits, fd.get(), first_key};
    r.set(writing);
    const ready_event e = await(*waits, first_key, has_ended);
    int error = 0;
    socklen_t size = sizeof error;
    REQUIRE(::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0);
    CHECK((e.error == ECONNREFUSED || error == ECONNREFUSED));
    r.forget();
}

TEST_CASE("a hang-up that nobody waits for does not spin") {
    const auto waits = tested_poller();
    fd_pair pair = unix_pair();
    registration r{*waits, pair.near.get(), first_key};
    r.set(both);
    look(*waits);
    r.set(nothing);
    look(*waits);
    pair.far.reset();
    CHECK(becomes_quiet(*waits));
    SUBCASE("and is seen by who waits again") {
        // Wanting to read again may report it; if not, the read that is tried first finds it.
        r.set(reading);
        look(*waits);
        CHECK(drain(pair.near).after == 0);
    }
    r.forget();
}

TEST_CASE("bytes that nobody reads do not spin once reading is not wanted") {
    const auto waits = tested_poller();
    fd_pair pair = unix_pair();
    registration r{*waits, pair.near.get(), first_key};
    r.set(both);
    look(*waits);
    r.set(nothing);
    send_bytes(pair.far, 1);
    CHECK(becomes_quiet(*waits));
    send_bytes(pair.far, 1);
    CHECK(becomes_quiet(*waits));
    r.forget();
}

TEST_CASE("an edge that was not drained does not lose later changes") {
    const auto waits = tested_poller();
    fd_pair pair = unix_pair();
    registration r{*waits, pair.near.get(), first_key};
    r.set(reading);
    send_bytes(pair.far, 3);
    await(*waits, first_key, is_readable);
    SUBCASE("more bytes") {
        send_bytes(pair.far, 4);
        await(*waits, first_key, is_readable);
        CHECK(drain(pair.near).count == 7);
    }
    SUBCASE("the end of the stream") {
        ::shutdown(pair.far.get(), SHUT_WR);
        await(*waits, first_key, has_ended);
        CHECK(drain(pair.near).count == 3);
    }
    r.forget();
}

} // namespace poller_test
