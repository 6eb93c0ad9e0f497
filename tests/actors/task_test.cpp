// Tasks: when they begin, what they own, how they end.

#include "support/tasks.hpp"

#include <algorithm>
#include <array>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace task_test {

namespace {

class napper {
  public:
    using accepts = messages<quit>;

    napper(context& cx, journal& seen) : cx_{cx}, seen_{seen} {
        CHECK(cx_.run(&napper::script, this, std::string{"a script with a long name"}));
        seen_.push_back("constructed");
    }

    ~napper() { seen_.push_back("destroyed"); }

    void on(quit) { cx_.stop(); }

    ref<quit> self() { return cx_.self(*this); }

  private:
    task<> script(std::string name) {
        const trace outer{seen_, "outer"};
        seen_.push_back(name);
        co_await cx_.sleep(1s);
        seen_.push_back("slept");
        const int got = co_await inner(20);
        seen_.push_back("got " + std::to_string(got));
    }

    task<int> inner(int value) {
        const trace mine{seen_, "inner"};
        co_await cx_.sleep(1s);
        co_return value + 1;
    }

    context& cx_;
    journal& seen_;
};

// Runs a task and then does not come to be.
class stillborn {
  public:
    using accepts = messages<quit>;

    explicit stillborn(context& cx) {
        cx.run(&stillborn::script, this, std::string{"an argument that lives on the heap"});
        throw std::runtime_error{"as the test wants it"};
    }

    void on(quit) {}

  private:
    task<> script(std::string) {
        FAIL("it must not begin");
        co_return;
    }
};

task<int> fails_later(scripted& me, const char* why) {
    const trace mine{me.seen, "what fails"};
    co_await me.cx.sleep(1s);
    throw std::runtime_error{why};
}

task<> catches(scripted& me) {
    try {
        co_await fails_later(me, "so it goes");
    } catch (const std::runtime_error& e) {
        me.note(e.what());
    }
    co_await me.cx.sleep(1s);
    me.note("went on");
}

task<> catches_nothing(scripted& me) {
    co_await fails_later(me, "nobody cares");
}

task<std::unique_ptr<int>> gives_a_pointer(int value) {
    co_return std::make_unique<int>(value);
}

task<int> fails_with(std::errc why) {
    throw std::system_error(std::make_error_code(why));
    co_return 0;
}

task<> takes_values(scripted& me) {
    const std::unique_ptr<int> value = co_await gives_a_pointer(7);
    me.note(std::to_string(*value));
    const result<int> failed = co_await fails_with(std::errc::no_link).as_result();
    me.note(failed.error() == std::errc::no_link ? "no link" : "something else");
    const result<std::unique_ptr<int>> fine = co_await gives_a_pointer(8).as_result();
    me.note(std::to_string(**fine));
    task<int> kept = fails_with(std::errc::no_link);
    try {
        co_await std::move(kept);
    } catch (const std::system_error& e) {
        me.note(e.code() == std::errc::no_link ? "no link" : "something else");
    }
}

task<int> adds_one(int value) {
    co_return value + 1;
}

task<> counts_without_waiting(scripted& me) {
    int count = 0;
    while (count < 200'000) {
        count = co_await adds_one(count);
    }
    me.note(std::to_string(count));
}

task<int> descends(scripted& me, int levels) {
    if (levels == 0) {
        co_await me.cx.sleep(1s);
        co_return 0;
    }
    co_return 1 + co_await descends(me, levels - 1);
}

task<> goes_deep(scripted& me) {
    me.note(std::to_string(co_await descends(me, 500)));
}

task<> sleeps(scripted& me, duration time) {
    co_await me.cx.sleep(time);
    me.note("woke");
}

task<> stops_and_goes_on(scripted& me) {
    const trace mine{me.seen, "the task"};
    me.cx.stop();
    me.note("stopping");
    co_await me.cx.sleep(0s);
    FAIL("nothing of a stopped actor runs");
}

task<> runs_another(scripted& me) {
    me.cx.run(&sleeps, std::ref(me), 0s);
    me.note("first");
    co_return;
}

// Its frame is larger than any block of the pool; volatile, since clang keeps no room for what it
// knows.
task<> has_a_large_frame(scripted& me) {
    std::array<volatile char, 2 * memory_pool::largest_bytes> room;
    std::fill(room.begin(), room.end(), 'x');
    co_await me.cx.sleep(1s);
    me.note({room[0], room[1], room[2]});
}

struct note_of {
    std::string text;
    int number = 0;
};

task<> takes_a_message(scripted& me, const note_of& kept) {
    co_await me.cx.sleep(1s);
    me.note(kept.text);
}

} // namespace

TEST_CASE("a task begins after the constructor that runs it, and gives back what a task returns") {
    journal seen;
    {
        stepped_worker worker;
        worker.spawn<napper>(seen);
        CHECK(seen == journal{"constructed"});
        worker.turn();
        CHECK(seen == journal{"constructed", "a script with a long name"});
        worker.pass(1s);
        CHECK(seen.back() == "slept");
        worker.pass(1s);
        CHECK(seen == journal{"constructed", "a script with a long name", "slept", "end of inner",
                              "got 21", "end of outer"});
        CHECK(worker.loop().statistics().actors.tasks_started == 1);
    }
    CHECK(seen.back() == "destroyed");
}

TEST_CASE("stopping an actor ends its tasks, the innermost first, before the actor itself") {
    journal seen;
    stepped_worker worker;
    const auto self = worker.spawn<napper>(seen).self();
    worker.turn();
    worker.pass(1s);
    CHECK(worker.loop().io().timers().armed() == 1);
    seen.clear();
    self.send(quit{});
    worker.turn(2);
    CHECK(seen == journal{"end of inner", "end of outer", "destroyed"});
    CHECK(worker.loop().io().timers().armed() == 0);
    CHECK(worker.loop().memory().outstanding() == 0);
}

TEST_CASE("a task whose actor's constructor throws never begins") {
    stepped_worker worker;
    CHECK(!worker.loop().spawn<stillborn>());
    worker.turn(3);
    CHECK(worker.loop().memory().outstanding() == 0);
}

TEST_CASE("an exception goes to the task that awaits") {
    scripted_worker world;
    world.play(&catches);
    world.worker.pass(1s);
    CHECK(world.actor.seen == journal{"end of what fails", "so it goes"});
    world.worker.pass(1s);
    CHECK(world.actor.seen.back() == "went on");
    CHECK(world.actor_lives());
}

TEST_CASE("an exception that no task catches fails the actor") {
    scripted_worker world;
    world.play(&catches_nothing);
    world.worker.pass(1s);
    CHECK_FALSE(world.actor_lives());
    CHECK(world.worker.loop().statistics().actors.actors_failed == 1);
}

TEST_CASE("a task gives values that only move, and as_result() gives errors as values") {
    scripted_worker world;
    CHECK(world.play(&takes_values) == journal{"7", "no link", "8", "no link"});
}

TEST_CASE("a loop of tasks that do not wait needs no more stack than one of them") {
    scripted_worker world;
    CHECK(world.play(&counts_without_waiting) == journal{"200000"});
}

TEST_CASE("tasks await tasks that await tasks") {
    scripted_worker world;
    world.play(&goes_deep);
    world.worker.pass(1s);
    CHECK(world.actor.seen == journal{"500"});
}

TEST_CASE("tasks of one actor wait side by side") {
    scripted_worker world;
    world.actor.run(&sleeps, duration{3s});
    world.actor.run(&sleeps, duration{1s});
    world.worker.turn();
    world.worker.pass(1s);
    CHECK(world.actor.seen.size() == 1);
    world.worker.pass(2s);
    CHECK(world.actor.seen.size() == 2);
}

TEST_CASE("a task that stops its actor runs on until it awaits, and not beyond") {
    stepped_worker worker;
    journal seen;
    {
        auto& actor = worker.spawn<scripted>();
        actor.run(&stops_and_goes_on);
        worker.turn(3);
    }
    CHECK(worker.loop().statistics().actors.actors_ended == 1);
    CHECK(worker.loop().memory().outstanding() == 0);
}

TEST_CASE("a task that is run by a task begins with a later turn") {
    scripted_worker world;
    CHECK(world.actor.run(&runs_another));
    world.worker.turn();
    CHECK(world.actor.seen == journal{"first"});
    world.worker.turn(3);
    CHECK(world.actor.seen == journal{"first", "woke"});
}

TEST_CASE("an actor has so many tasks at a time and no more") {
    scripted_worker world{{.tasks_per_actor_max = 2}};
    CHECK(world.actor.run(&sleeps, duration{1s}));
    CHECK(world.actor.run(&sleeps, duration{1s}));
    CHECK_FALSE(world.actor.run(&sleeps, duration{1s}));
    CHECK(world.worker.loop().statistics().actors.tasks_refused == 1);
    world.worker.turn();
    world.worker.pass(1s);
    CHECK(world.actor.run(&sleeps, duration{1s}));
}

TEST_CASE("a large frame comes from the heap and is counted") {
    scripted_worker world;
    world.play(&has_a_large_frame);
    CHECK(world.worker.loop().statistics().actors.task_frames_large == 1);
    world.worker.pass(1s);
    CHECK(world.actor.seen == journal{"xxx"});
}

TEST_CASE("what a task was run with lives as long as the task") {
    scripted_worker world;
    world.play(&takes_a_message, note_of{.text = "a text that lives on the heap", .number = 1});
    world.worker.pass(1s);
    CHECK(world.actor.seen == journal{"a text that lives on the heap"});
}

static_assert(detail::is_unsafe_parameter<note_of>() && detail::is_unsafe_parameter<note_of&&>());
static_assert(!detail::is_unsafe_parameter<const note_of&>());
static_assert(!detail::is_unsafe_parameter<buffer>());

} // namespace task_test
