// Ending other actors: in order, in good order, within a deadline, by force.

#include "support/stepped_worker.hpp"

#include <doctest/doctest.h>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace stop_order_test {

namespace {

struct finish {};

// Ends at once when it is told to.
class simple {
  public:
    using accepts = messages<add>;

    simple(context& cx, int& sum) : cx_{cx}, sum_{sum} {}

    void on(add what) { sum_ += what.value; }

    ref_to<simple> self() { return cx_.self(*this); }

    context& cx() { return cx_; }

  private:
    context& cx_;
    int& sum_;
};

struct farewell {
    int told = 0;
    duration within{};
    bool gone = false;
};

// Has something to finish.
class careful {
  public:
    using accepts = messages<stopping, finish>;

    careful(context& cx, farewell& notes) : cx_{cx}, notes_{notes} {}

    careful(careful&&) = delete;

    ~careful() { notes_.gone = true; }

    void on(stopping order) {
        ++notes_.told;
        notes_.within = order.within;
    }

    void on(finish) { cx_.stop(); }

    ref_to<careful> self() { return cx_.self(*this); }

    context& cx() { return cx_; }

  private:
    context& cx_;
    farewell& notes_;
};

std::uint64_t ended(stepped_worker& worker) {
    return worker.loop().statistics().actors.actors_ended;
}

struct stop_that {
    ref<add> whom;
    int before = 0;
    bool kill = false;
};

// Sends to another actor and then has it stopped or killed.
class stopper {
  public:
    using accepts = messages<stop_that>;

    explicit stopper(context& cx) : cx_{cx} {}

    void on(stop_that what) {
        for (int i = 0; i < what.before; ++i) {
            what.whom.send(add{1});
        }
        if (what.kill) {
            cx_.kill(what.whom);
        } else {
            CHECK(cx_.stop(what.whom));
        }
        what.whom.send(add{1000});
    }

  private:
    context& cx_;
};

} // namespace

TEST_CASE("an order to stop keeps its place between messages, on this worker and on another") {
    for (const unsigned where : {0U, 1U}) {
        int sum = 0;
        checked_system sys{{.workers = 2}};
        const auto target = sys->spawn<simple>({.on = {where}}, std::ref(sum));
        const auto by = sys->spawn<stopper>({.on = {0}});
        by.send(stop_that{target, 10});
        CHECK(eventually([&] {
            const result<worker_statistics> now = sys->statistics(patience());
            return now && now->actors.actors_ended == 1;
        }));
        const worker_statistics last = sys.stop();
        CHECK(sum == 10);
        CHECK(dead_letters(last, dead_letter::stale) == 1);
    }
}

TEST_CASE("killing overtakes what was sent before") {
    int sum = 0;
    stepped_worker worker;
    auto& target = worker.spawn<simple>(sum);
    target.self().send(add{1});
    target.cx().kill(target.self());
    worker.turn();
    CHECK(sum == 0);
    CHECK(ended(worker) == 1);
    CHECK(worker.loop().statistics().actors.dead_letters[index_of(dead_letter::stale)] == 1);
}

TEST_CASE("killing an actor of another worker ends it") {
    int sum = 0;
    checked_system sys{{.workers = 2}};
    const auto target = sys->spawn<simple>({.on = {1}}, std::ref(sum));
    const auto by = sys->spawn<stopper>({.on = {0}});
    by.send(stop_that{target, 10, true});
    CHECK(eventually([&] {
        const result<worker_statistics> now = sys->statistics(patience());
        return now && now->actors.actors_ended == 1;
    }));
    sys.stop();
    CHECK(sum <= 10);
}

TEST_CASE("an actor that accepts `stopping` ends when it is ready, and is told once") {
    farewell notes;
    stepped_worker worker;
    auto& actor = worker.spawn<careful>(notes);
    const ref_to<careful> self = actor.self();
    CHECK(actor.cx().stop(self));
    CHECK(actor.cx().stop(self));
    worker.turn();
    CHECK(notes.told == 1);
    CHECK(notes.within == duration::max());
    CHECK_FALSE(notes.gone);
    self.send(finish{});
    worker.turn();
    CHECK(notes.gone);
}

TEST_CASE("an actor that is not ready by the deadline is killed, by the earliest of several") {
    farewell notes;
    stepped_worker worker;
    auto& actor = worker.spawn<careful>(notes);
    CHECK(actor.cx().stop(actor.self(), 100s));
    CHECK(actor.cx().stop(actor.self(), 10s));
    CHECK(actor.cx().stop(actor.self(), 50s));
    worker.turn();
    CHECK(notes.within == 100s); // of the first, the others are not told
    worker.pass(9s);
    CHECK_FALSE(notes.gone);
    worker.pass(2s);
    CHECK(notes.gone);
    worker.pass(200s);
    CHECK(ended(worker) == 1);
}

TEST_CASE("a deadline ends with an actor that is ready in time") {
    farewell notes;
    stepped_worker worker;
    auto& actor = worker.spawn<careful>(notes);
    const ref_to<careful> self = actor.self();
    CHECK(actor.cx().stop(self, 10s));
    worker.turn();
    self.send(finish{});
    worker.turn();
    CHECK(notes.gone);
    CHECK(worker.loop().io().timers().armed() == 0);
}

TEST_CASE("nobody can be stopped or killed in vain, twice, or after he is gone") {
    farewell notes;
    int sum = 0;
    stepped_worker worker;
    auto& by = worker.spawn<careful>(notes);
    const ref_to<simple> gone = worker.spawn<simple>(sum).self();
    CHECK_FALSE(by.cx().stop(ref<add>{}));
    by.cx().kill(ref<add>{});
    CHECK(by.cx().stop(gone));
    CHECK(by.cx().stop(gone));
    worker.turn();
    CHECK(ended(worker) == 1);
    CHECK(by.cx().stop(gone));
    by.cx().kill(gone);
    worker.turn();
    CHECK(ended(worker) == 1);
}

TEST_CASE("a system stops an actor and waits for its end") {
    int sum = 0;
    checked_system sys{{.workers = 2}};
    const auto target = sys->spawn<simple>({.on = {1}}, std::ref(sum));
    target.send(add{3});
    CHECK(sys->stop(target, patience()));
    CHECK(sum == 3);
    CHECK(sys->stop(target, patience())); // it is gone
    CHECK(sys->stop(ref<add>{}, patience()));
    CHECK(sys->statistics(patience())->actors.actors_ended == 1);
}

TEST_CASE("a system kills an actor that is not ready by the deadline") {
    farewell notes;
    checked_system sys;
    const auto target = sys->spawn<careful>({}, std::ref(notes));
    CHECK(sys->stop(target, 10ms).error() == std::errc::timed_out);
    CHECK(eventually([&] { return sys->statistics(patience())->actors.actors_ended == 1; }));
    sys.stop();
    CHECK(notes.told == 1);
    CHECK(notes.gone);
}

TEST_CASE("a system kills an actor, whatever it has been sent") {
    int sum = 0;
    checked_system sys;
    const auto target = sys->spawn<simple>({}, std::ref(sum));
    sys->kill(target);
    CHECK(eventually([&] { return sys->statistics(patience())->actors.actors_ended == 1; }));
    CHECK(sys->stop(target, patience()));
}

} // namespace stop_order_test
