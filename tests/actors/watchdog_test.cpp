// Handlers that hold their worker for too long.

#include "support/reports.hpp"
#include "support/stepped_worker.hpp"

#include <iapp/actors/watchdog.hpp>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace watchdog_test {

namespace {

constexpr watchdog_options watched{.limit = 100ms};

struct nap {
    std::function<void()>* how;
};

// What it does with its time is the test's.
class sleeper {
  public:
    using accepts = messages<nap>;

    explicit sleeper(context& cx) : cx_{cx} {}

    void on(nap n) { (*n.how)(); }

    auto self() const { return cx_.self(*this); }

  private:
    context& cx_;
};

// A worker that the test steps, and whose watchdog it is.
class watched_worker {
  public:
    // Handlers that do these, one after the other, in one turn.
    void run(std::vector<std::function<void()>> naps) {
        for (std::function<void()>& each : naps) {
            REQUIRE(sleeper_.self().send(nap{&each}));
        }
        w_.turn();
    }

    // The watchdog looks, so much later than the last time.
    void look(duration later) {
        now_ += later;
        dog_.look(now_);
    }

    std::uint64_t stalls() const { return w_.loop().statistics().actors.stalls; }

    worker_loop& loop() noexcept { return w_.loop(); }

    void turn() { w_.turn(); }

  private:
    mutable stepped_worker w_;
    sleeper& sleeper_ = w_.spawn<sleeper>();
    watchdog dog_{{&w_.loop()}, watched};
    time_point now_{1h};
};

} // namespace

TEST_CASE("a handler that holds its worker is named once, and counted, and once more at its end") {
    const reports kept;
    watched_worker w;
    w.run({[&] {
        w.look(0ms);
        w.look(99ms);
        CHECK(reports::all().empty());
        w.look(2ms);
        w.look(500ms);
        REQUIRE(reports::all().size() == 1);
    }});
    CHECK(w.stalls() == 1);
    const kept_report named = reports::all().front();
    CHECK(named.level == log_level::warning);
    CHECK(named.worker == 0);
    CHECK(named.text.find("nap") < named.text.find("of actor"));
    CHECK(named.text.find("sleeper") > named.text.find("of actor"));
    CHECK(named.text.find("holds its worker for 101 ms") != std::string::npos);
    w.look(9ms);
    CHECK(reports::count("let its worker go after 610 ms") == 1);
    w.look(500ms);
    CHECK(reports::all().size() == 2);
}

TEST_CASE("many short handlers of one kind are no long one") {
    const reports kept;
    watched_worker w;
    w.run({[&] { w.look(0ms); }, [&] { w.look(99ms); }, [&] { w.look(99ms); }});
    w.look(99ms);
    CHECK(reports::all().empty());
    CHECK(w.stalls() == 0);
}

TEST_CASE("a worker that waits is not one that is held") {
    const reports kept;
    watched_worker w;
    w.run({[] {}});
    w.look(0ms);
    w.look(10h);
    CHECK(reports::all().empty());
}

TEST_CASE("posted callbacks are watched too, those with a delay as well") {
    const reports kept;
    watched_worker w;
    const auto hold = [&] {
        w.look(0ms);
        w.look(200ms);
    };
    CHECK(post(w.loop(), hold));
    w.turn();
    CHECK(reports::count("the callback") == 1);
    CHECK(reports::count("lambda") == 1);
    CHECK(post_after(w.loop(), duration::zero(), hold));
    w.turn();
    w.turn();
    CHECK(reports::count("the callback") == 3); // held, let go, held
    CHECK(w.stalls() == 2);
}

TEST_CASE("a system that was asked to has a watchdog that looks by itself") {
    const reports kept;
    checked_system sys{{.watchdog = {.limit = 1ms}}};
    std::function<void()> until_named = [] {
        CHECK(eventually([] { return reports::count("holds its worker") == 1; }));
    };
    CHECK(sys->spawn<sleeper>({}).send(nap{&until_named}));
    CHECK(eventually([] { return reports::count("let its worker go") == 1; }));
    CHECK(sys.stop().actors.stalls == 1);
}

} // namespace watchdog_test
