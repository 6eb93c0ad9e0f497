// Timers of actors, under a clock that the test moves.

#include "support/stepped_worker.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace timer_test {

namespace {

struct tick {
    char letter = '.';
};

// Writes down its ticks; what else it does is the test's.
class clockwork {
  public:
    using accepts = messages<tick>;

    explicit clockwork(context& cx_) : cx{cx_} {}

    clockwork(clockwork&&) = delete;

    ~clockwork() {
        if (at_end) {
            at_end();
        }
    }

    void on(tick what) {
        log += what.letter;
        if (then) {
            const auto copy = then;
            copy();
        }
    }

    context& cx;
    std::string log;
    timer first;
    timer second;
    std::function<void()> then;
    std::function<void()> at_end;
};

struct unique_tick {
    std::unique_ptr<int> number;
};

struct unique_clockwork {
    using accepts = messages<unique_tick>;

    explicit unique_clockwork(context& cx)
        : clock{cx.after(1ms, unique_tick{std::make_unique<int>(7)})} {}

    void on(const unique_tick& what) { got = *what.number; }

    timer clock;
    int got = 0;
};

} // namespace

TEST_CASE("after fires once, not before its time") {
    stepped_worker w;
    auto& a = w.spawn<clockwork>();
    w.turn();
    a.first = a.cx.after(10ms, tick{'a'});
    CHECK(a.first.armed());
    w.pass(9ms);
    CHECK(a.log.empty());
    w.pass(2ms);
    CHECK(a.log == "a");
    CHECK_FALSE(a.first.armed());
    w.pass(1h);
    CHECK(a.log == "a");
}

TEST_CASE("after with no delay, or a past one, fires with the next turn, never at once") {
    stepped_worker w;
    auto& a = w.spawn<clockwork>();
    w.turn();
    a.first = a.cx.after(0ms, tick{'a'});
    a.second = a.cx.after(-5s, tick{'b'});
    CHECK(a.log.empty());
    w.turn();
    CHECK(a.log.size() == 2);
}

TEST_CASE("a delay or a period beyond all time never ends") {
    stepped_worker w;
    auto& a = w.spawn<clockwork>();
    w.turn();
    a.first = a.cx.after(duration::max(), tick{'a'});
    a.second = a.cx.every(duration::max() - 1h, tick{'e'});
    w.pass(24h * 365);
    CHECK(a.log.empty());
    CHECK(a.first.armed());
    CHECK(a.second.armed());
}

TEST_CASE("after sends a message that cannot be copied") {
    stepped_worker worker;
    auto& actor = worker.spawn<unique_clockwork>();
    worker.pass(1ms);
    CHECK(actor.got == 7);
}

TEST_CASE("timers fire in the order of their deadlines") {
    stepped_worker w;
    auto& a = w.spawn<clockwork>();
    w.turn();
    a.first = a.cx.after(20ms, tick{'b'});
    a.second = a.cx.after(10ms, tick{'a'});
    w.pass(1s);
    CHECK(a.log == "ab");
}

TEST_CASE("every fires without drift, and makes up for each period that was missed") {
    stepped_worker w;
    auto& a = w.spawn<clockwork>();
    w.turn();
    a.first = a.cx.every(10ms, tick{'a'});
    w.pass(11ms);
    CHECK(a.log == "a");
    w.pass(8ms); // 19
    CHECK(a.log == "a");
    w.pass(2ms); // 21: the second came at 20, not 10 after it was heard of
    CHECK(a.log == "aa");
    w.pass(14ms); // 35
    CHECK(a.log == "aaa");
    w.pass(4ms); // 39
    CHECK(a.log == "aaa");
    w.pass(1ms + 60ms); // 100
    CHECK(a.log == "aaaaaaaaaa");
    CHECK(a.first.armed());
}

TEST_CASE("a cancelled timer never fires") {
    stepped_worker w;
    auto& a = w.spawn<clockwork>();
    w.turn();
    a.first = a.cx.after(10ms, tick{'a'});
    a.second = a.cx.every(10ms, tick{'b'});
    a.first.cancel();
    a.first.cancel();
    CHECK_FALSE(a.first.armed());
    w.pass(11ms);
    CHECK(a.log == "b");
    a.second = timer{};
    w.pass(1s);
    CHECK(a.log == "b");
}

TEST_CASE("a due timer can be cancelled by one that fires before it") {
    stepped_worker w;
    auto& a = w.spawn<clockwork>();
    w.turn();
    a.first = a.cx.after(10ms, tick{'a'});
    a.second = a.cx.after(20ms, tick{'b'});
    a.then = [&] { a.second.cancel(); };
    w.pass(1s);
    CHECK(a.log == "a");
}

TEST_CASE("a timer may be cancelled, replaced and restarted from within its own message") {
    stepped_worker w;
    auto& a = w.spawn<clockwork>();
    w.turn();
    a.first = a.cx.every(10ms, tick{'a'});
    a.then = [&] {
        if (a.log.size() == 1) {
            a.first = a.cx.every(5ms, tick{'b'});
        } else if (a.log.size() == 3) {
            a.first.cancel();
        }
    };
    w.pass(11ms);
    w.pass(1s);
    CHECK(a.log == "abb");
}

TEST_CASE("a handle can be moved, and assigning to it cancels what it held") {
    stepped_worker w;
    auto& a = w.spawn<clockwork>();
    w.turn();
    a.first = a.cx.after(10ms, tick{'a'});
    a.second = std::move(a.first);
    CHECK_FALSE(a.first.armed()); // NOLINT: moved from on purpose
    CHECK(a.second.armed());
    timer third{std::move(a.second)};
    CHECK(third.armed());
    a.first = a.cx.after(10ms, tick{'b'});
    a.first = std::move(third); // b will never fire
    w.pass(1s);
    CHECK(a.log == "a");
    a.first = timer{};
    CHECK_FALSE(timer{}.armed());
}

TEST_CASE("an actor may stop from within a timer's message, and its timers end with it") {
    stepped_worker w;
    auto& a = w.spawn<clockwork>();
    auto& b = w.spawn<clockwork>();
    w.turn();
    std::string end;
    a.at_end = [&] { end = a.log; };
    a.first = a.cx.every(10ms, tick{'a'});
    a.second = a.cx.every(10ms, tick{'x'});
    a.then = [&] { a.cx.stop(); };
    b.first = b.cx.every(10ms, tick{'b'});
    w.pass(11ms);
    CHECK(end == "a");
    w.pass(10ms);
    CHECK(b.log == "bb");
    CHECK(w.loop().io().timers().armed() == 1);
}

TEST_CASE("a timer's handler that throws fails its actor only") {
    stepped_worker w;
    auto& a = w.spawn<clockwork>();
    auto& b = w.spawn<clockwork>();
    w.turn();
    a.first = a.cx.every(10ms, tick{'a'});
    a.then = [] { throw std::runtime_error("tock"); };
    b.first = b.cx.every(10ms, tick{'b'});
    w.pass(31ms);
    CHECK(b.log == "bbb");
    CHECK(w.loop().statistics().actors.actors_failed == 1);
}

TEST_CASE("timers are messages like others in the books") {
    stepped_worker w;
    auto& a = w.spawn<clockwork>();
    w.turn();
    a.first = a.cx.every(10ms, tick{'a'});
    w.pass(51ms);
    const worker_counters counted = w.loop().statistics().actors;
    CHECK(counted.sent == 5);
    CHECK(counted.delivered == 5);
}

TEST_CASE("the time that an actor sees is that of its turn") {
    stepped_worker w;
    auto& a = w.spawn<clockwork>();
    w.turn();
    const time_point before = a.cx.now();
    w.pass(5ms, 1);
    CHECK(a.cx.now() == before + 5ms);
}

TEST_CASE("stop_system reaches whoever drives the worker") {
    stepped_worker w;
    auto& a = w.spawn<clockwork>();
    a.cx.stop_system(3);
    CHECK(w.exit_status() == 3);
}

} // namespace timer_test
