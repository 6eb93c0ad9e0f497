// Tasks: when they begin, what they own, how they end.

#include "support/stepped_worker.hpp"

#include <iapp/actors/task_root.hpp>
#include <iapp/actors/task_sleep.hpp>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace {

using journal = std::vector<std::string>;

// Writes down its end.
class trace {
  public:
    trace(journal& to, std::string what) : to_{to}, what_{std::move(what)} {}

    ~trace() { to_.push_back("end of " + what_); }

    trace(const trace&) = delete;
    trace& operator=(const trace&) = delete;

  private:
    journal& to_;
    std::string what_;
};

struct quit {};

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
