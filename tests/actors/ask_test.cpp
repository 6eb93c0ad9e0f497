// Asking an actor from outside, and handlers that fail.

#include "support/actors.hpp"

#include <doctest/doctest.h>

#include <latch>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace ask_test {

namespace {

struct square {
    using reply = int;
    int of = 0;
};

struct late {
    using reply = int;
    std::latch* until = nullptr;
};

struct fail {
    using reply = int;
    bool politely = true;
};

struct burst {};

class mathematician {
  public:
    using accepts = messages<square, late, fail, burst>;

    explicit mathematician(std::atomic<int>* alive = nullptr) : alive_{alive} {
        if (alive_ != nullptr) {
            ++*alive_;
        }
    }

    mathematician(mathematician&&) = delete;

    ~mathematician() {
        if (alive_ != nullptr) {
            --*alive_;
        }
    }

    int on(square what) { return what.of * what.of; }

    int on(late what) {
        what.until->wait();
        return 1;
    }

    int on(fail what) {
        if (what.politely) {
            throw std::runtime_error("cannot");
        }
        throw 42;
    }

    void on(burst) { throw std::runtime_error("too much"); }

  private:
    std::atomic<int>* alive_;
};

} // namespace

TEST_CASE("an ask is answered") {
    checked_system sys{{.workers = 2}};
    const auto m = sys->spawn<mathematician>({.on = {1}});
    for (int i = 0; i < 100; ++i) {
        CHECK(sys.ask(m, square{i}) == i * i);
    }
    const worker_statistics last = sys.stop();
    CHECK(last.actors.delivered == 100);
}

TEST_CASE("an ask that is not answered in time is timed_out, and its late answer harms nobody") {
    checked_system sys;
    std::latch until{1};
    const auto m = sys->spawn<mathematician>({});
    CHECK(sys->ask(m, 1ms, late{&until}).error() == std::errc::timed_out);
    CHECK(sys->ask(m, 0ms, square{2}).error() == std::errc::timed_out);
    until.count_down();
    CHECK(sys.ask(m, square{3}) == 9);
}

TEST_CASE("an ask of an actor that is gone or never was is unanswered") {
    checked_system sys;
    const auto m = sys->spawn<mathematician>({});
    m.send(burst{});
    CHECK(sys->ask(m, patience(), square{3}).error() == actor_error::unanswered);
    CHECK(sys->ask(ref_to<mathematician>{}, patience(), square{3}).error() ==
          actor_error::unanswered);
    CHECK(make_error_code(actor_error::unanswered).message() == "the actor gave no answer");
}

TEST_CASE("a handler that throws fails its actor only, and leaves the ask unanswered") {
    for (const bool politely : {true, false}) {
        CAPTURE(politely);
        std::atomic<int> alive{0};
        checked_system sys;
        const auto m = sys->spawn<mathematician>({}, &alive);
        const auto other = sys->spawn<mathematician>({}, &alive);
        CHECK(sys->ask(m, patience(), fail{politely}).error() == actor_error::unanswered);
        CHECK(sys->ask(m, patience(), square{2}).error() == actor_error::unanswered);
        CHECK(alive == 1);
        CHECK(sys.ask(other, square{2}) == 4);
        const worker_statistics last = sys.stop();
        CHECK(last.actors.actors_failed == 1);
        CHECK(dead_letters(last, dead_letter::stale) == 1);
        CHECK(alive == 0);
    }
}

TEST_CASE("an ask at the limit of the mail is refused") {
    checked_system sys{{.limits = {.foreign_messages_max = 2}}};
    const auto m = sys->spawn<mathematician>({});
    std::latch until{1};
    CHECK(sys->ask(m, 1ms, late{&until}).error() == std::errc::timed_out); // it waits now, or soon
    bool refused = false;
    for (int i = 0; i < 100 && !refused; ++i) {
        refused = sys->ask(m, 0ms, square{2}).error() == actor_error::refused;
    }
    CHECK(refused);
    until.count_down();
    CHECK(eventually([&] { return static_cast<bool>(sys->ask(m, patience(), square{2})); }));
}

TEST_CASE("an ask that waits when the system stops is answered or unanswered, never lost") {
    checked_system sys;
    const auto m = sys->spawn<mathematician>({});
    std::latch until{1};
    CHECK(sys->ask(m, 1ms, late{&until}).error() == std::errc::timed_out);
    std::thread asker{[&] {
        const auto answer = sys->ask(m, patience(), square{2});
        CHECK((answer || answer.error() == actor_error::unanswered ||
               answer.error() == actor_error::refused));
    }};
    std::thread stopper{[&] { sys.stop(); }};
    until.count_down();
    asker.join();
    stopper.join();
}

} // namespace ask_test
