// Registering and forgetting, singly and in numbers. One suite for every poller: IAPP_ENGINE says
// which.

#include <doctest/doctest.h>

#include <support/pollers.hpp>
#include <support/sockets.hpp>

#include <cerrno>
#include <set>
#include <vector>

namespace poller_registration_test {

namespace {

using namespace std::chrono_literals;
using iapp::interest;
using iapp::ready_event;
using iapp::test::any_of_key;
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
using iapp::test::second_key;
using iapp::test::send_bytes;
using iapp::test::tested_poller;
using iapp::test::unix_pair;
using iapp::test::wait;
using iapp::test::writing;

} // namespace

TEST_CASE("a forgotten descriptor is not reported though its number is reused") {
    const auto waits = tested_poller();
    fd_pair old_pair = unix_pair();
    fd_pair new_pair = unix_pair();
    const int number = old_pair.near.get();
    registration r{*waits, number, first_key};
    SUBCASE("after an event that nobody fetched") {
        r.set(both);
        look(*waits);
        send_bytes(old_pair.far, 1);
    }
    SUBCASE("after a change that no wait has carried") {
        send_bytes(old_pair.far, 1);
        r.set(both);
    }
    r.forget();
    REQUIRE(::dup2(new_pair.near.get(), number) == number); // closes the old one
    send_bytes(new_pair.far, 1);
    CHECK(look(*waits).empty());
    registration again{*waits, number, second_key};
    again.set(both);
    std::vector<ready_event> events = wait(*waits, iapp::duration::max());
    CHECK(any_of_key(events, second_key));
    CHECK_FALSE(any_of_key(events, first_key));
    again.forget();
}

TEST_CASE("forgetting one descriptor leaves the others alone") {
    const auto waits = tested_poller();
    std::vector<fd_pair> pairs;
    std::vector<registration> registrations;
    for (std::uint64_t i = 0; i < 8; ++i) {
        pairs.push_back(unix_pair());
        registrations.emplace_back(*waits, pairs.back().near.get(), first_key + i);
        registrations.back().set(reading);
    }
    look(*waits);
    for (const std::size_t gone : {0U, 3U, 7U}) {
        registrations[gone].forget();
        pairs[gone].near.reset();
    }
    for (const std::size_t left : {1U, 2U, 4U, 5U, 6U}) {
        send_bytes(pairs[left].far, 1);
        await(*waits, first_key + left, is_readable);
        drain(pairs[left].near);
        registrations[left].forget();
    }
}

TEST_CASE("a descriptor that is given back is not reported") {
    const auto waits = tested_poller();
    fd_pair pair = unix_pair();
    registration r{*waits, pair.near.get(), first_key, true};
    r.set(both);
    await(*waits, first_key, is_writable);
    send_bytes(pair.far, 1);
    r.forget(true);
    CHECK(look(*waits).empty());
    CHECK(drain(pair.near).count == 1);
}

TEST_CASE("a failed registration becomes an event with its errno") {
    const auto waits = tested_poller();
    fd_pair pair = unix_pair();
    const int number = pair.near.get();
    pair.near.reset();
    bool level = false;
    SUBCASE("of a socket of ours") {
        level = false;
    }
    SUBCASE("of a descriptor of somebody else") {
        level = true;
    }
    registration r{*waits, number, first_key, level};
    r.set(reading);
    const ready_event e = await(*waits, first_key, has_ended);
    CHECK(e.error == EBADF);
    CHECK(becomes_quiet(*waits));
    r.forget();
}

TEST_CASE("a failed registration takes no other with it") {
    const auto waits = tested_poller();
    std::vector<fd_pair> pairs;
    std::vector<registration> registrations;
    for (std::uint64_t i = 0; i < 20; ++i) {
        pairs.push_back(unix_pair());
        send_bytes(pairs.back().far, 1);
        registrations.emplace_back(*waits, pairs.back().near.get(), first_key + i);
    }
    pairs[4].near.reset();
    pairs[11].near.reset();
    for (registration& r : registrations) {
        r.set(reading);
    }
    std::set<std::uint64_t> readable;
    std::set<std::uint64_t> refused;
    while (readable.size() + refused.size() < pairs.size()) {
        for (const ready_event& e : wait(*waits, iapp::duration::max())) {
            (e.error != 0 ? refused : readable).insert(e.key);
        }
    }
    CHECK(refused == std::set<std::uint64_t>{first_key + 4, first_key + 11});
    for (registration& r : registrations) {
        r.forget();
    }
}

TEST_CASE("level reports again until it is drained") {
    const auto waits = tested_poller();
    fd_pair pair = unix_pair();
    registration r{*waits, pair.near.get(), first_key, true};
    r.set(reading);
    send_bytes(pair.far, 2);
    await(*waits, first_key, is_readable);
    await(*waits, first_key, is_readable);
    CHECK(drain(pair.near).count == 2);
    CHECK(look(*waits).empty());
    r.forget(true);
}

TEST_CASE("level reports exactly what is wanted") {
    const auto waits = tested_poller();
    fd_pair pair = unix_pair();
    registration r{*waits, pair.near.get(), first_key, true};
    send_bytes(pair.far, 1);
    const auto reported = [&] {
        interest seen;
        for (const ready_event& e : look(*waits)) {
            seen.read |= e.readable;
            seen.write |= e.writable;
        }
        return seen;
    };
    for (const interest what :
         {reading, both, writing, nothing, both, nothing, writing, reading, nothing}) {
        CAPTURE(what.read);
        CAPTURE(what.write);
        r.set(what);
        CHECK(reported() == what);
        CHECK(reported() == what);
    }
    pair.far.reset();
    CHECK(reported() == nothing); // not even the hang-up
    r.forget(true);
}

TEST_CASE("when more are ready than fit, none is passed over for ever") {
    const auto waits = tested_poller();
    std::vector<fd_pair> pairs;
    std::vector<registration> registrations;
    for (std::uint64_t i = 0; i < 10; ++i) {
        pairs.push_back(unix_pair());
        send_bytes(pairs.back().far, 1);
        registrations.emplace_back(*waits, pairs.back().near.get(), first_key + i, true);
        registrations.back().set(reading);
    }
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 200 && seen.size() < pairs.size(); ++i) {
        for (const ready_event& e : wait(*waits, 0ns, 3)) {
            seen.insert(e.key);
        }
    }
    CHECK(seen.size() == pairs.size());
    for (registration& r : registrations) {
        r.forget(true);
    }
}

TEST_CASE("more changes than one call takes are all applied") {
    const auto waits = tested_poller();
    constexpr std::uint64_t count = 300; // up to two changes each
    std::vector<fd_pair> pairs;
    std::vector<registration> registrations;
    for (std::uint64_t i = 0; i < count; ++i) {
        pairs.push_back(unix_pair());
        registrations.emplace_back(*waits, pairs.back().near.get(), first_key + i);
        registrations.back().set(both);
    }
    look(*waits);
    for (registration& r : registrations) {
        r.set(reading);
    }
    CHECK(becomes_quiet(*waits));
    std::set<std::uint64_t> seen;
    for (std::uint64_t i = 0; i < count; ++i) {
        send_bytes(pairs[i].far, 1);
        seen.insert(await(*waits, first_key + i, is_readable).key);
    }
    CHECK(seen.size() == count);
    for (registration& r : registrations) {
        r.forget();
    }
}

} // namespace poller_registration_test
