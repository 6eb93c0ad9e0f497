// That no kind of work keeps another from its turn: messages, other threads' mail, timers, I/O.

#include "actors/errands.hpp"
#include "support/stepped_worker.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace balance_test {

namespace {

struct again {};

struct tick {};

struct where {
    using reply = address;
};

// Sends itself a message for each that it gets, so that its worker is never without.
class flooder {
  public:
    using accepts = messages<again, tick, add>;

    explicit flooder(context& cx_) : cx{cx_}, me_{cx.self(*this)} {}

    flooder(flooder&&) = delete;

    void begin() { me_.send(again{}); }

    void on(again) {
        ++handled;
        if (!enough) {
            me_.send(again{});
        }
    }

    void on(tick) { ++ticks; }

    void on(add) { ++added; }

    context& cx;
    int handled = 0;
    int ticks = 0;
    int added = 0;
    bool enough = false;
    timer clock;

  private:
    ref<again> me_;
};

// Listens, and counts what arrives on the connections.
class bucket {
  public:
    using accepts = messages<accepted, bytes, closed, where>;

    bucket(context& cx, std::atomic<std::size_t>& seen) : cx_{cx}, seen_{seen} {
        result<listener> made = cx.listen(*address::parse("127.0.0.1:0"));
        REQUIRE(made);
        door_ = std::move(*made);
    }

    bucket(bucket&&) = delete;

    void on(accepted&& what) {
        from_ = std::move(what.connection);
        cx_.start(from_);
    }

    void on(bytes&& what) { seen_ += what.size; }

    void on(const closed&) {}

    address on(where) { return *door_.local_address(); }

  private:
    context& cx_;
    std::atomic<std::size_t>& seen_;
    listener door_;
    stream from_;
};

// Connects and writes as much as the stream takes, for ever.
class hose {
  public:
    using accepts = messages<connected, drained, closed>;

    hose(context& cx, const address& to) : cx_{cx} {
        result<stream> made = cx.connect(to);
        REQUIRE(made);
        to_ = std::move(*made);
    }

    hose(hose&&) = delete;

    void on(connected) { fill(); }

    void on(drained) { fill(); }

    void on(const closed&) {}

  private:
    void fill() {
        while (true) {
            buffer b = cx_.buffers().copy(std::string(4096, 'x'));
            if (to_.write(std::move(b)) != write_status::ok) {
                return;
            }
        }
    }

    context& cx_;
    stream to_;
};

} // namespace

TEST_CASE("a timer fires in its turn while messages of its own worker never end") {
    stepped_worker w;
    auto& a = w.spawn<flooder>();
    a.begin();
    w.turn();
    a.clock = a.cx.every(1ms, tick{});
    for (int turn = 1; turn <= 20; ++turn) {
        const int before = a.handled;
        w.pass(1ms, 1);
        CHECK(a.ticks >= turn - 1); // the wheel may be late by one step of its own
        CHECK(a.handled > before);
        CHECK(a.handled - before <= 1024); // a turn's share
    }
    a.enough = true;
    w.turn(2);
}

TEST_CASE("a timer fires in its turn while the door is full, and messages of a flood, too") {
    constexpr int count = 4'000;
    stepped_worker w{{.foreign_messages_max = count}};
    auto& a = w.spawn<flooder>();
    a.begin();
    w.turn();
    const auto to = a.cx.self(a);
    for (int i = 0; i < count; ++i) {
        REQUIRE(to.send(add{1}));
    }
    a.clock = a.cx.after(1ms, tick{});
    w.pass(2ms, 1);
    CHECK(a.ticks == 1);
    CHECK(a.added > 0);
    CHECK(a.added <= count / 8); // the door's share is small
    const int before = a.handled;
    w.turn();
    CHECK(a.handled > before);
    w.turn(50);
    CHECK(a.added == count);
    a.enough = true;
    w.turn(2);
}

TEST_CASE("a message gets its turn while more timers are due than a turn fires") {
    constexpr int count = 5'000;
    stepped_worker w{{.foreign_messages_max = 1U << 13}};
    auto& a = w.spawn<flooder>();
    int fired = 0;
    for (int i = 0; i < count; ++i) {
        REQUIRE(post_after(w.loop(), 1ms, [&fired] { ++fired; }));
    }
    w.turn(30);
    REQUIRE(w.loop().delayed().size() == count);
    REQUIRE(a.cx.self(a).send(add{1}));
    w.pass(5ms, 1);
    CHECK(a.added == 1);
    CHECK(fired < count);
    w.turn(100);
    CHECK(fired == count);
}

TEST_CASE("a stream gets its bytes while messages of its worker never end") {
    checked_system sys{{.workers = 2}};
    std::atomic<std::size_t> seen{0};
    const auto to = sys->spawn<bucket>({.on = {0}}, std::ref(seen));
    const auto flooding = sys->spawn<flooder>({.on = {0}});
    CHECK(flooding.send(again{}));
    sys->spawn<hose>({.on = {1}}, sys.ask<where>(to));
    CHECK(eventually([&] { return seen >= std::size_t{1} << 22; }));
    sys.stop(); // the flood goes on until the end
}

TEST_CASE("messages are answered while a stream's bytes never end") {
    checked_system sys{{.workers = 2}};
    std::atomic<std::size_t> seen{0};
    const auto to = sys->spawn<bucket>({.on = {0}}, std::ref(seen));
    const auto other = sys->spawn<counter>({.on = {0}});
    sys->spawn<hose>({.on = {1}}, sys.ask<where>(to));
    for (int i = 1; i <= 20; ++i) {
        const std::size_t before = seen;
        CHECK(other.send(add{1}));
        CHECK(sys.ask<total>(other) == i);
        CHECK(eventually([&] { return seen > before; })); // and so do the bytes
    }
    CHECK(dead_letters(sys.stop()) == 0);
}

} // namespace balance_test
