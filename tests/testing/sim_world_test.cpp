// The simulated world: what it promises to scenarios.

#include "support/actors.hpp"

#include <iapp/iapp.hpp>
#include <iapp/sim.hpp>

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <string_view>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace sim_world_test {

namespace {

struct ball {
    int left = 0;
};

// Throws a ball back until it has no throws left.
class player {
  public:
    using accepts = messages<ball, ref<ball>>;

    player(context& cx, int& caught) : cx_{cx}, caught_{caught} {}

    void on(ref<ball> other) { other_ = other; }

    void on(ball b) {
        ++caught_;
        if (b.left > 0) {
            later_ = cx_.after(10ms, ball{b.left - 1});
            other_.send(ball{0});
        }
    }

  private:
    context& cx_;
    int& caught_;
    ref<ball> other_;
    timer later_;
};

// Everything that is wrong fails the run, also what an actor finds.
class critic {
  public:
    using accepts = messages<ball>;

    explicit critic(sim_world& world) : world_{world} {}

    void on(ball) { world_.fail("the ball is wrong"); }

  private:
    sim_world& world_;
};

std::uint64_t play(std::uint64_t seed, int& caught, const sim_options& network = {}) {
    sim_world world{{.seed = seed, .network = network}};
    iapp::system& sys = world.add_system(world.network().first_host(), {.workers = 3});
    const auto a = sys.spawn<player>({.on = {0}}, std::ref(caught));
    const auto b = sys.spawn<player>({.on = {2}}, std::ref(caught));
    CHECK(a.send(ref<ball>{b}));
    CHECK(a.send(ball{20}));
    CHECK(world.run_until([&] { return caught == 41; }, 10min));
    world.finish();
    return world.event_hash();
}

// Has others calculate.
class planner {
  public:
    using accepts = messages<>;

    planner(context& cx, int& found) : cx_{cx}, found_{found} { cx.run(&planner::plan, this); }

  private:
    task<> plan() {
        for (int n = 0; n < 5; ++n) {
            found_ += co_await cx_.offload([](int of) { return of * of; }, n);
        }
    }

    context& cx_;
    int& found_;
};

} // namespace

TEST_CASE("offloaded work is done, and comes back in its time") {
    int found = 0;
    sim_world world{{.seed = 11}};
    iapp::system& sys = world.add_system(world.network().first_host(), {.workers = 2});
    CHECK(sys.spawn<planner>({.on = {1}}, std::ref(found)));
    CHECK(world.run_until([&] { return found == 30; }, 1min));
    CHECK(sys.spawn<planner>({.on = {0}}, std::ref(found)));
    const worker_statistics last = world.finish(); // in the middle of it, or before
    CHECK(last.actors.offloads_started == last.actors.offloads_ran + last.actors.offloads_dropped);
    CHECK(last.actors.offloads_ran >= 5);
}

TEST_CASE("a seed does the same again, and another one something else") {
    int caught = 0;
    const std::uint64_t once = play(7, caught);
    caught = 0;
    CHECK(play(7, caught) == once);
    caught = 0;
    CHECK(play(8, caught) != once);
}

TEST_CASE("who hears of each fault that comes about changes nothing") {
    std::map<std::string, int> heard;
    time_point latest = sim_world::beginning;
    int caught = 0;
    const sim_options tells{.on_fault = [&](time_point at, std::string_view fault) {
        CHECK(at >= latest);
        latest = at;
        ++heard[std::string{fault}];
    }};
    const std::uint64_t told = play(7, caught, tells);
    CHECK(heard["interrupted"] > 0);
    caught = 0;
    CHECK(play(7, caught) == told);
}

TEST_CASE("time jumps to the next event, and stands at the end of a wait") {
    sim_world world{{.seed = 1, .faults = sim_faults{}, .stall_max = 0ms}};
    int caught = 0;
    iapp::system& sys = world.add_system(world.network().first_host());
    const auto a = sys.spawn<player>({}, std::ref(caught));
    CHECK(a.send(ball{5}));
    const time_point from = world.now();
    world.run_for(24h);
    CHECK(world.now() == from + 24h);
    CHECK(caught == 6);
    CHECK(world.turns() < 200);
    world.finish();
}

TEST_CASE("nothing waits for what cannot happen any more") {
    sim_world world{{.seed = 1}};
    CHECK(!world.run_until([] { return false; }, duration::max()));
    world.finish();
}

TEST_CASE("a failure inside an actor fails the run, and names the seed") {
    sim_world world{{.seed = 42}};
    iapp::system& sys = world.add_system(world.network().first_host());
    const auto c = sys.spawn<critic>({}, std::ref(world));
    CHECK(c.send(ball{}));
    CHECK_THROWS_WITH_AS(world.run_for(1s), doctest::Contains("the ball is wrong"), sim_failure);
    try {
        world.finish();
        FAIL("the run has failed");
    } catch (const sim_failure& failure) {
        CHECK(failure.seed() == 42);
        CHECK(std::string{failure.what()}.starts_with("seed 42, turn "));
    }
}

TEST_CASE("a run without an end fails instead of hanging") {
    sim_world world{{.seed = 1, .turns_max = 1'000}};
    int caught = 0;
    iapp::system& sys = world.add_system(world.network().first_host());
    const auto a = sys.spawn<player>({}, std::ref(caught));
    CHECK(a.send(ball{1'000'000}));
    CHECK_THROWS_WITH_AS(world.run_for(240h), doctest::Contains("the run ends within"),
                         sim_failure);
}

TEST_CASE("what comes from outside comes in its time and order") {
    sim_world world{{.seed = 3}};
    std::string log;
    world.after(2s, [&] { log += 'c'; });
    world.after(1s, [&] { log += 'a'; });
    world.after(1s, [&] { log += 'b'; });
    world.run_for(1s);
    world.run_for(1ms);
    CHECK(log == "ab");
    world.run_for(5s);
    CHECK(log == "abc");
}

TEST_CASE("a process is killed with all that it has, and its books are exact") {
    sim_world world{{.seed = 5}};
    int caught = 0;
    const sim_host far = world.add_host();
    iapp::system& near = world.add_system(world.network().first_host());
    iapp::system& doomed = world.add_system(far, {.workers = 2});
    const auto a = doomed.spawn<player>({.on = {1}}, std::ref(caught));
    CHECK(a.send(ball{1000}));
    world.run_for(50ms);
    world.kill(far);
    const int before = caught;
    CHECK(before > 0);
    CHECK(near.spawn<player>({}, std::ref(caught)));
    world.run_for(10s);
    CHECK(caught == before);
    iapp::system& again = world.add_system(far);
    CHECK(again.spawn<player>({}, std::ref(caught)));
    const worker_statistics last = world.finish();
    CHECK(last.actors.actors_spawned == 3);
}

} // namespace sim_world_test
