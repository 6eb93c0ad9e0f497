// Credits in tasks.

#include "support/tasks.hpp"

#include <iapp/actors/task_credit.hpp>
#include <iapp/actors/task_group.hpp>
#include <iapp/actors/with_deadline.hpp>

#include <optional>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace task_credit_test {

namespace {

struct item {
    int number = 0;
};

// Withholds the credits of what it gets until the test grants them.
class slow {
  public:
    using accepts = messages<item>;

    explicit slow(context& cx_) : cx{cx_} {}

    void on(item what) {
        log += std::to_string(what.number) + ";";
        cx.withhold_credits();
    }

    context& cx;
    std::string log;
};

using item_line = credit_line<item>;

task<> sends(scripted& me, item_line& line, int from, int to) {
    for (int i = from; i <= to; ++i) {
        co_await line.when_available();
        CHECK(line.try_send(item{i}));
    }
    me.note("sent " + std::to_string(to));
}

// Gives its credit away to who comes next.
task<> looks(scripted& me, item_line& line) {
    const trace here{me.seen, "look"};
    co_await line.when_available();
    me.note("there are credits");
}

task<> tries(scripted& me, item_line& line) {
    const result<void> there = co_await line.when_available().as_result();
    me.note(there ? "there are credits" : there.error().message());
}

task<> hurries(scripted& me, item_line& line) {
    try {
        co_await with_deadline(1s, looks(me, line));
    } catch (const std::system_error& e) {
        me.note(e.code().message());
    }
}

task<> sleeps(scripted& me) {
    co_await me.cx.sleep(1s);
}

task<> sends_or_sleeps(scripted& me, item_line& line) {
    co_await any(looks(me, line), sleeps(me));
    me.note("enough");
}

task<> sends_both(scripted& me, item_line& line) {
    co_await all(sends(me, line, 1, 3), sends(me, line, 11, 13));
    me.note("both");
}

task<> sends_on_its_own(scripted& me, ref<item> to) {
    item_line mine = me.cx.credit(to, 1);
    co_await sends(me, mine, 1, 100);
}

task<> ends_the_line(scripted& me, std::optional<item_line>& line) {
    co_await line->when_available();
    line.reset();
    me.note("no line any more");
}

struct slow_world : scripted_worker {
    explicit slow_world(std::uint32_t credits) {
        worker.act([&] { line = actor.cx.credit(to, credits); });
    }

    ~slow_world() { worker.end(); } // before the line's worker

    void grant() {
        worker.act([&] { whom.cx.grant_credits(); });
        worker.turn(3);
    }

    slow& whom = worker.spawn<slow>();
    ref<item> to = whom.cx.self(whom);
    item_line line;
};

std::string not_connected() {
    return std::make_error_code(std::errc::not_connected).message();
}

} // namespace

TEST_CASE("a task sends as fast as its receiver grants credits") {
    slow_world world{2};
    world.play(&sends, std::ref(world.line), 1, 5);
    CHECK(world.whom.log == "1;2;");
    world.worker.turn(10);
    CHECK(world.whom.log == "1;2;");
    world.grant();
    CHECK(world.whom.log == "1;2;3;4;");
    CHECK(world.actor.seen.empty());
    world.grant();
    CHECK(world.whom.log == "1;2;3;4;5;");
    CHECK(world.actor.seen == journal{"sent 5"});
    CHECK(world.line.outstanding() == 1);
}

TEST_CASE("tasks that wait for one line's credits get them in turns") {
    slow_world world{1};
    world.play(&sends_both, std::ref(world.line));
    for (int i = 0; i < 5; ++i) {
        world.grant();
    }
    CHECK(world.whom.log == "1;2;11;3;12;13;"); // the first waited before the second began
    CHECK(world.actor.seen == journal{"sent 3", "sent 13", "both"});
}

TEST_CASE("a credit that a task does not take is the next one's") {
    slow_world world{1};
    world.play(&sends, std::ref(world.line), 1, 1);
    world.play(&looks, std::ref(world.line));
    world.play(&sends, std::ref(world.line), 2, 2);
    CHECK(world.actor.seen == journal{"sent 1"});
    world.grant();
    CHECK(world.actor.seen == journal{"sent 1", "there are credits", "end of look", "sent 2"});
    CHECK(world.whom.log == "1;2;");
}

TEST_CASE("a task that has waited long enough leaves the credits to others") {
    slow_world world{1};
    world.play(&sends, std::ref(world.line), 1, 1);
    SUBCASE("by a deadline") {
        world.play(&hurries, std::ref(world.line));
        world.worker.pass(1s);
        CHECK(world.actor.seen == journal{"sent 1", "end of look",
                                          std::make_error_code(std::errc::timed_out).message()});
    }
    SUBCASE("because another task is faster") {
        world.play(&sends_or_sleeps, std::ref(world.line));
        world.worker.pass(1s);
        CHECK(world.actor.seen == journal{"sent 1", "end of look", "enough"});
    }
    world.play(&sends, std::ref(world.line), 2, 2);
    world.grant();
    CHECK(world.actor.seen.back() == "sent 2");
}

TEST_CASE("a task may own the line that it waits for") {
    slow_world world{1};
    world.play(&sends_on_its_own, world.to);
    world.grant();
    CHECK(world.whom.log == "1;2;");
}

TEST_CASE("the end of the actor ends a task that waits for credits") {
    slow_world world{1};
    world.play(&sends, std::ref(world.line), 1, 1);
    world.play(&looks, std::ref(world.line));
    journal& seen = world.actor.seen;
    world.worker.act([&] {
        world.actor.cx.stop();
        CHECK(seen == journal{"sent 1"});
    });
    CHECK_FALSE(world.actor_lives());
    world.grant();
    CHECK(world.line.available() == 1);
}

TEST_CASE("a task that waits for a line hears of its end") {
    slow_world world{1};
    world.play(&sends, std::ref(world.line), 1, 1);
    world.play(&tries, std::ref(world.line));
    world.worker.act([&] {
        world.line = {};
        CHECK(world.actor.seen == journal{"sent 1"}); // not from within
    });
    world.worker.turn(2);
    CHECK(world.actor.seen == journal{"sent 1", not_connected()});
    world.play(&tries, std::ref(world.line)); // which is empty now
    CHECK(world.actor.seen.back() == not_connected());
}

TEST_CASE("a task that gets a credit may end the line for those behind it") {
    slow_world world{1};
    std::optional<item_line> line;
    world.worker.act([&] { line = world.actor.cx.credit(world.to, 1); });
    world.play(&sends, std::ref(*line), 1, 1);
    world.play(&ends_the_line, std::ref(line));
    world.play(&tries, std::ref(*line));
    world.grant();
    CHECK(world.actor.seen == journal{"sent 1", "no line any more", not_connected()});
}

TEST_CASE("a line that moves keeps the tasks that wait") {
    slow_world world{1};
    world.play(&sends, std::ref(world.line), 1, 1);
    world.play(&looks, std::ref(world.line));
    item_line elsewhere;
    world.worker.act([&] { elsewhere = std::move(world.line); });
    world.grant();
    CHECK(world.actor.seen.back() == "end of look");
    world.worker.act([&] { elsewhere = {}; });
}

} // namespace task_credit_test
