// Handlers that hold their worker for too long.

#include "watched_worker.hpp"

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace watchdog_test {

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

TEST_CASE("a worker that has ended holds nothing, though a timer fired at its end") {
    const reports kept;
    watched_worker w;
    bool fired = false;
    CHECK(post_after(w.loop(), duration::zero(), [&] { fired = true; }));
    w.turn(); // it has arrived, and waits for its time
    w.end();
    CHECK(fired);
    w.look(0ms);
    w.look(10h);
    CHECK(reports::all().empty());
}

TEST_CASE("a system that was asked to has a watchdog that looks by itself") {
    const reports kept;
    // More than a slow host takes for anything else that happens here.
    checked_system sys{{.watchdog = {.limit = 50ms}}};
    std::function<void()> until_named = [] {
        CHECK(eventually([] { return reports::count("holds its worker") == 1; }));
    };
    CHECK(sys->spawn<sleeper>({}).send(nap{&until_named}));
    CHECK(eventually([] { return reports::count("let its worker go") == 1; }));
    CHECK(sys.stop().actors.stalls == 1);
}

} // namespace watchdog_test
