// The simulated world: processes that are killed, and the end of all trouble.

#include "support/dying.hpp"

#include <iapp/sim.hpp>

#include <doctest/doctest.h>

#include <csignal>
#include <string_view>
#include <utility>
#include <vector>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace sim_kill_test {

namespace {

struct question {
    using reply = int;
};

// Never answers.
class ponderer {
  public:
    using accepts = messages<question>;

    void on(question, replier<int> to) { kept_.push_back(std::move(to)); }

  private:
    std::vector<replier<int>> kept_;
};

struct tick {};

class clock_watcher {
  public:
    using accepts = messages<tick>;

    clock_watcher(context& cx, int& ticks) : ticks_{ticks}, every_{cx.every(10ms, tick{})} {}

    void on(tick) { ++ticks_; }

  private:
    int& ticks_;
    timer every_;
};

// Keeps what connects to it.
class host_of_guests {
  public:
    using accepts = messages<accepted, bytes, closed>;

    host_of_guests(context& cx, const address& at) : cx_{cx}, listener_{cx.listen(at).value()} {}

    void on(accepted m) {
        cx_.start(m.connection);
        guests_.push_back(std::move(m.connection));
    }

    void on(const bytes&) {}

    void on(const closed&) {}

  private:
    context& cx_;
    listener listener_;
    std::vector<stream> guests_;
};

struct visit {
    bool here = false;
    bool over = false;
    std::error_code why;
};

class guest {
  public:
    using accepts = messages<connected, bytes, closed>;

    guest(context& cx, const address& to, visit& mine) : cx_{cx}, mine_{mine} {
        result<stream> made = cx.connect(to);
        mine_.over = !made;
        mine_.why = made.error();
        if (made) {
            stream_ = std::move(*made);
            cx_.start(stream_);
        }
    }

    void on(connected) { mine_.here = true; }

    void on(const bytes&) {}

    void on(const closed& m) {
        mine_.over = true;
        mine_.why = m.why;
    }

  private:
    context& cx_;
    visit& mine_;
    stream stream_;
};

// Does what no actor can.
class giant {
  public:
    using accepts = messages<tick>;

    giant(sim_world& world, sim_host on) : world_{world}, on_{on} {}

    void on(tick) { world_.kill(on_); }

  private:
    sim_world& world_;
    sim_host on_;
};

} // namespace

TEST_CASE("who waits for an answer when the process is killed hears of it") {
    for (const char* engine : {"sim_ready", "sim_completing"}) {
        sim_world world{{.seed = 1, .faults = sim_faults{}}};
        const sim_host far = world.add_host();
        iapp::system& doomed = world.add_system(far, {.workers = 2, .io = {.engine = engine}});
        const auto thinker = doomed.spawn<ponderer>({.on = {1}});
        world.after(1s, [&] { world.kill(far); });
        const result<int> answer = doomed.ask(thinker, 1h, question{});
        CHECK(!answer);
        CHECK(answer.error() != std::errc::timed_out);
        CHECK(world.now() < sim_world::beginning + 2s);
        CHECK(world.add_system(far).spawn<ponderer>({}));
        world.finish();
    }
}

TEST_CASE("who waits for a system's stop may see it killed instead") {
    sim_world world{{.seed = 1, .faults = sim_faults{}}};
    const sim_host far = world.add_host();
    iapp::system& doomed = world.add_system(far, {.workers = 2});
    world.after(1s, [&] { world.kill(far); });
    CHECK(!doomed.wait(1h));
    world.finish();
}

TEST_CASE("what is still to come when the world finishes does not happen") {
    bool happened = false;
    sim_world world{{.seed = 1}};
    const sim_host far = world.add_host();
    world.add_system(far, {.workers = 2});
    world.add_system(world.add_host(), {.workers = 2});
    world.after(0s, [&] {
        happened = true;
        world.kill(far);
    });
    world.finish();
    CHECK(!happened);
}

TEST_CASE("one process of a host is killed, its neighbour goes on and hears of it") {
    for (const char* engine : {"sim_ready", "sim_completing"}) {
        visit first;
        visit second;
        visit third;
        sim_world world{{.seed = 1, .faults = sim_faults{}}};
        const sim_host here = world.add_host();
        const address at = *address::parse("unix:/run/service");
        const system_options options{.io = {.engine = engine}};
        iapp::system* service = &world.add_system(here, options);
        iapp::system& clients = world.add_system(here, options);
        CHECK(service->spawn<host_of_guests>({}, at));
        CHECK(clients.spawn<guest>({}, at, std::ref(first)));
        CHECK(world.run_until([&] { return first.here; }, 1s));

        world.kill(*service);
        CHECK(world.run_until([&] { return first.over; }, 1s));
        CHECK(clients.spawn<guest>({}, at, std::ref(second)));
        CHECK(world.run_until([&] { return second.over; }, 1s));
        CHECK(second.why == std::errc::connection_refused); // the name is still there

        service = &world.add_system(here, options);
        CHECK(service->spawn<host_of_guests>({}, at));
        CHECK(clients.spawn<guest>({}, at, std::ref(third)));
        CHECK(world.run_until([&] { return third.here; }, 1s));
        CHECK(!third.over);
        world.finish();
    }
}

TEST_CASE("after the end of trouble workers and hosts go on, and nothing fails") {
    int ticks = 0;
    visit mine;
    sim_world world{
        {.seed = 3, .faults = sim_faults{.connect_refused = 1'000'000}, .stall_max = 24h}};
    const sim_host here = world.add_host();
    const sim_host there = world.add_host();
    const address at = sim_network::address_of(there, 80);
    iapp::system& clients = world.add_system(here);
    iapp::system& service = world.add_system(there);
    CHECK(clients.spawn<clock_watcher>({}, std::ref(ticks)));
    CHECK(service.spawn<host_of_guests>({}, at));
    world.network().partition(here, there);
    world.network().stall(there, world.now() + 1000h);
    world.run_for(1h);
    const int before = ticks;
    CHECK(before < 300'000); // somebody stalled
    world.end_trouble();
    CHECK(clients.spawn<guest>({}, at, std::ref(mine)));
    CHECK(world.run_until([&] { return mine.here; }, 1s));
    CHECK(ticks >= before);
    const int after = ticks;
    world.run_for(1s);
    CHECK(ticks >= after + 99);
    CHECK(world.network().options().faults.connect_refused == 0);
    world.finish();
}

TEST_CASE("an actor that kills a process itself is told how it can be done") {
    const death d = die_by([] {
        sim_world world{{.seed = 9}};
        const sim_host here = world.add_host();
        iapp::system& sys = world.add_system(here);
        sys.spawn<giant>({}, std::ref(world), here).send(tick{});
        world.run_for(1s);
    });
    CHECK(d.words.find("after() can") != std::string_view::npos);
    CHECK(d.words.find("seed 9, turn ") != std::string_view::npos);
    CHECK(d.signal == SIGABRT);
}

} // namespace sim_kill_test
