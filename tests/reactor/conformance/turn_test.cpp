// Wakes, timers and I/O in one loop, on every engine.

#include "support/reactor_fixture.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace turn_test {

namespace {

// A timer that writes a letter into a log, and perhaps does more.
struct lettered_timer : timer_node {
    lettered_timer(std::string& log, char letter)
        : timer_node{[](timer_node& n) {
              auto& self = static_cast<lettered_timer&>(n);
              self.log_.push_back(self.letter_);
              if (self.then) {
                  self.then();
              }
          }},
          log_{log}, letter_{letter} {}

    std::function<void()> then;

  private:
    std::string& log_;
    char letter_;
};

} // namespace

TEST_CASE("a wake before the wait makes it return, and many wakes are one") {
    reactor_fixture f;
    for (int i = 0; i < 10; ++i) {
        f.io().wake();
    }
    f.io().poll(duration::max()); // for ever, were it not for the wake
    f.io().wake();
    f.io().poll(duration::max());
    f.io().poll(duration::zero());
}

TEST_CASE("a wake from another thread ends a wait that goes on for ever") {
    reactor_fixture f;
    constexpr int rounds = 200;
    std::atomic<int> waits{0};
    // Each wake comes after the wait before it has ended: some before the next wait begins, some
    // while it waits.
    std::thread waker{[&] {
        for (int i = 0; i < rounds; ++i) {
            while (waits.load() < i) {
                std::this_thread::yield();
            }
            f.io().wake();
        }
    }};
    for (int i = 0; i < rounds; ++i) {
        f.io().poll(duration::max());
        waits.store(i + 1);
    }
    waker.join();
    CHECK(waits == rounds);
}

TEST_CASE("a wake tells nothing and disturbs nothing") {
    reactor_fixture f;
    endpoint client;
    endpoint server;
    f.join(client, server);
    std::string text;
    for (int i = 0; i < 50; ++i) {
        f.io().wake();
        client.write(f.io(), "ab");
        text += "ab";
        f.turn();
    }
    f.run_until("the text", [&] { return server.bytes == text.size(); });
    CHECK(server.in == text);
}

TEST_CASE("a wait ends when the next timer is due") {
    reactor_fixture f;
    std::string log;
    lettered_timer timer{log, 'a'};
    f.io().fire_timers();
    f.io().timers().arm(timer, f.io().now() + 20ms);
    const time_point deadline = timer.deadline();
    while (log.empty()) {
        f.io().poll(duration::max()); // would hang if the timer did not count
        f.io().fire_timers();
    }
    CHECK(f.io().now() >= deadline);
}

TEST_CASE("timers fire in the order of their deadlines, between the events of sockets") {
    reactor_fixture f;
    endpoint client;
    endpoint server;
    std::string log;
    lettered_timer a{log, 'a'};
    lettered_timer b{log, 'b'};
    lettered_timer c{log, 'c'};
    f.join(client, server);
    f.io().timers().arm(c, f.io().now() + 30s);
    f.io().timers().arm(a, f.io().now() + 10s);
    f.io().timers().arm(b, f.io().now() + 20s);
    b.then = [&] { client.write(f.io(), "b was here"); };
    f.os().ahead += 11s;
    f.turn();
    CHECK(log == "a");
    f.os().ahead += 1h;
    f.turn();
    CHECK(log == "abc");
    f.run_until("the text", [&] { return server.in == "b was here"; });
}

TEST_CASE("a timer may close a stream whose bytes are waiting") {
    reactor_fixture f;
    endpoint client;
    endpoint server;
    std::string log;
    lettered_timer timer{log, 'a'};
    f.join(client, server);
    f.settle();
    client.write(f.io(), "too late");
    f.turn();
    timer.then = [&] { server.s = stream{}; };
    const std::size_t before = server.bytes;
    f.io().timers().arm(timer, f.io().now() - 1s);
    f.turn(3);
    CHECK(log == "a");
    CHECK(server.bytes == before);
}

TEST_CASE("a pass reads the clock for a timer or for who asks, and not for nobody") {
    reactor_fixture f;
    std::string log;
    lettered_timer timer{log, 'a'};
    f.turn();
    const unsigned before = f.os().clock_readings;
    f.turn(10);
    CHECK(f.os().clock_readings == before);
    const time_point asked = f.io().now();
    CHECK(f.io().now() == asked);
    CHECK(f.os().clock_readings == before + 1);
    f.os().ahead += 1h;
    CHECK(f.io().now() == asked);
    f.turn();
    CHECK(f.io().now() >= asked + 1h);
    f.io().timers().arm(timer, f.io().now() + 1h);
    f.os().ahead += 2h;
    f.turn();
    CHECK(log == "a");
}

TEST_CASE("the time never goes back") {
    reactor_fixture f;
    time_point before = f.io().now();
    for (int i = 0; i < 10; ++i) {
        f.turn();
        CHECK(f.io().now() >= before);
        before = f.io().now();
    }
}

TEST_CASE("an engine that does not exist is refused, and the fixture's is the one asked for" *
          doctest::test_suite("os")) {
    CHECK(reactor::make({.engine = "steam"}).error() == std::errc::invalid_argument);
    reactor_fixture f;
    const char* const asked = std::getenv("IAPP_ENGINE");
    if (asked != nullptr) {
        CHECK(f.io().engine_name() == asked);
    }
    const auto again = reactor::make({.engine = std::string{f.io().engine_name()}});
    REQUIRE(again);
    CHECK((*again)->engine_name() == f.io().engine_name());
}

} // namespace turn_test
