// The kit: a system stepped by hand under a manual clock.

#include "testing/workshop.hpp"

#include <iapp/testing.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <memory>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace kit_test {
using iapp::testing::failure;
using iapp::testing::kit;

namespace {

struct go {};

// Sends back whatever comes.
class returner {
  public:
    using accepts = messages<ref<go>>;

    void on(ref<go> to) { to.send(go{}); }
};

// Has somebody send it one message after the other.
class restless {
  public:
    using accepts = messages<go>;

    restless(context& cx, const ref<ref<go>>& by) : cx_{cx}, by_{by} {}

    void on(go) { by_.send(ref<go>{cx_.self(*this)}); }

  private:
    context& cx_;
    ref<ref<go>> by_;
};

// Says what time it is at each tick.
class clock_keeper {
  public:
    using accepts = messages<work>;

    clock_keeper(context& cx, std::vector<std::pair<int, time_point>>& log) : cx_{cx}, log_{log} {
        slow_ = cx_.every(30ms, work{30});
        fast_ = cx_.every(20ms, work{20});
    }

    void on(work what) { log_.emplace_back(what.id, cx_.now()); }

  private:
    context& cx_;
    std::vector<std::pair<int, time_point>>& log_;
    timer slow_;
    timer fast_;
};

class never_made {
  public:
    using accepts = messages<>;

    never_made() { throw std::runtime_error("no"); }
};

// Hears one signal.
class watchman {
  public:
    using accepts = messages<signalled, go>;

    watchman(context& cx, int& heard)
        : cx_{cx}, heard_{heard}, watch_{std::move(*cx.on_signal(15))} {}

    void on(signalled what) { heard_ = what.number; }

    void on(go) { cx_.stop(); }

  private:
    context& cx_;
    int& heard_;
    signal_watch watch_;
};

// Accepts connections, and reads none of them.
class host {
  public:
    using accepts = messages<accepted>;

    explicit host(context& cx) : listener_{std::move(*cx.listen(*address::parse("[::1]:80")))} {}

    void on(accepted) {}

  private:
    listener listener_;
};

// Connects, and says how that went.
class guest {
  public:
    using accepts = messages<connected, closed>;

    guest(context& cx, std::string& log, const char* to)
        : log_{log}, stream_{std::move(*cx.connect(*address::parse(to)))} {}

    void on(connected) { log_ += "connected "; }

    void on(const closed& what) { log_ += "closed " + what.why.message(); }

  private:
    std::string& log_;
    stream stream_;
};

} // namespace

TEST_CASE("what an actor does later happens when time passes, not before") {
    kit k;
    auto customer = k.make_probe<done, complaint>();
    auto boss = k.spawn<foreman>(customer.address());
    k.inject(boss, work{7});
    customer.expect_nothing();
    k.advance(49ms);
    customer.expect_nothing();
    k.advance(1ms);
    CHECK(customer.expect<done>().id == 7);
    k.inject(boss, work{13});
    customer.disallow<done>();
    customer.expect<complaint>();
    k.finish();
}

TEST_CASE("timers fire in order, each at its own time, however far the clock is moved") {
    kit k;
    std::vector<std::pair<int, time_point>> log;
    k.spawn<clock_keeper>(std::ref(log));
    const time_point from = k.now();
    k.advance(61ms);
    const std::vector<std::pair<int, time_point>> expected{{20, from + 20ms},
                                                           {30, from + 30ms},
                                                           {20, from + 40ms},
                                                           {30, from + 60ms},
                                                           {20, from + 60ms}};
    CHECK(log == expected);
    CHECK(k.now() == from + 61ms);
}

TEST_CASE("a step is one turn of each worker") {
    kit k;
    auto p = k.make_probe<done>();
    REQUIRE(p.address().send(done{1}));
    CHECK(p.size() == 0);
    k.step();
    CHECK(p.size() == 1);
}

TEST_CASE("actors that never come to rest fail the test instead of hanging it") {
    kit k{{.workers = 2}};
    auto r = k.spawn<restless>(ref<ref<go>>{k.spawn_with<returner>({.on = {1}})});
    CHECK_THROWS_WITH_AS(k.inject(r, go{}), doctest::Contains("come to rest"), failure);
}

TEST_CASE("the actor itself can be looked at while it lives") {
    kit k;
    auto customer = k.make_probe<done, complaint>();
    auto boss = k.spawn<foreman>(customer.address());
    k.inject(boss, work{1});
    CHECK(k.inside<foreman>(boss).on(orders{}) == 1);
    CHECK(k.ask(boss, orders{}) == 1);
    k.inject(boss, work{-1}); // fails it
    CHECK(k.failures() == 1);
    CHECK(!k.alive(boss));
    CHECK_THROWS_WITH_AS(k.inside<foreman>(boss), doctest::Contains("expected foreman to be there"),
                         failure);
}

TEST_CASE("an actor whose constructor throws fails the test") {
    kit k;
    CHECK_THROWS_WITH_AS(k.spawn<never_made>(),
                         doctest::Contains("expected never_made to be constructed"), failure);
}

TEST_CASE("actors connect with each other by a network in memory") {
    kit k{{.workers = 2}};
    std::string log;
    k.spawn<host>();
    k.spawn_with<guest>({.on = {1}}, std::ref(log), "[::1]:80");
    k.run_until_idle();
    CHECK(log == "connected ");
    log.clear();
    k.spawn<guest>(std::ref(log), "[::1]:81");
    k.run_until_idle();
    CHECK(log == "closed " + std::make_error_code(std::errc::connection_refused).message());
    k.finish();
}

TEST_CASE("a signal comes to the actor that asked for it, and to nobody else") {
    kit k;
    int heard = 0;
    auto w = k.spawn<watchman>(std::ref(heard));
    k.raise(15);
    CHECK(heard == 15);
    CHECK_THROWS_WITH_AS(k.raise(2), doctest::Contains("none does"), failure);
    k.inject(w, go{});
    CHECK_THROWS_AS(k.raise(15), failure); // it has ended, and its subscription with it
    k.finish();
}

TEST_CASE("waiting for an answer that does not come lets time pass to the deadline") {
    kit k;
    const time_point from = k.now();
    CHECK(!k.host().wait(3s)); // nobody asks for the end
    CHECK(k.now() == from + 3s);
    auto customer = k.make_probe<done, complaint>();
    auto boss = k.spawn<foreman>(customer.address());
    REQUIRE(boss.send(work{1}));
    CHECK(!k.host().wait(1s));
    CHECK(customer.expect<done>().id == 1); // it was done meanwhile
}

TEST_CASE("at the end everything sent is accounted for, with timers and posts under way") {
    kit k{{.workers = 2}};
    auto customer = k.make_probe<done, complaint>({.on = {1}});
    auto boss = k.spawn<foreman>(customer.address());
    for (int i = 0; i < 20; ++i) {
        k.inject(boss, work{i});
    }
    k.host().post_after(worker{1}, 1h, [p = std::make_unique<int>(1)] {});
    REQUIRE(boss.send(work{100})); // on its way when the system stops
    const worker_statistics last = k.finish();
    CHECK(last.actors.posts_dropped == 1);
    CHECK(last.actors.delivered > 20);
}

TEST_CASE("what a connection lets an actor send to another worker is there when the kit rests") {
    struct doorman {
        using accepts = messages<accepted, closed>;

        doorman(context& cx, const ref<done>& to_)
            : to{to_}, door{*cx.listen(*address::parse("127.0.0.1:0"))},
              guest{*cx.connect(*door.local_address())} {}

        void on(const accepted&) { to.send(done{1}); }

        void on(const closed&) {}

        ref<done> to;
        listener door;
        stream guest;
    };

    struct house {
        using accepts = messages<done>;

        explicit house(int& guests_) : guests{guests_} {}

        void on(done) { ++guests; }

        int& guests;
    };

    int guests = 0;
    kit k{{.workers = 2}};
    k.spawn<doorman>(k.spawn_with<house>({.on = {1}}, std::ref(guests)));
    k.run_until_idle();
    CHECK(guests == 1);
}

TEST_CASE("offloaded work is done and has come back when the kit rests") {
    struct planner {
        using accepts = messages<work>;

        planner(context& cx_, int& found_) : cx{cx_}, found{found_} {}

        void on(const work& m) {
            CHECK(cx.offload([id = m.id] { return id + 1; },
                             [this](result<int> r) { found = r ? *r : 0; }));
        }

        context& cx;
        int& found;
    };

    int found = 0;
    kit k{{.workers = 2}};
    const auto busy = k.spawn_with<planner>({.on = {1}}, std::ref(found));
    k.inject(busy, work{7});
    CHECK(found == 8);
    busy.send(work{8}); // the end comes before it
    const worker_statistics last = k.finish();
    CHECK(last.actors.offloads_started == last.actors.offloads_ran + last.actors.offloads_dropped);
}

} // namespace kit_test
