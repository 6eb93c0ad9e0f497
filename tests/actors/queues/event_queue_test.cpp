// Publishing and subscribing on one worker, step by step.

#include "actors/queues/queues.hpp"

using namespace iapp;
using namespace iapp::test;

namespace event_queue_test {

namespace {

// A worker with a queue of ticks, and an actor that publishes what it is told to.
class publisher {
  public:
    using accepts = messages<tick>;

    publisher(context& cx, const queue_options& options)
        : ticks{cx.make_queue<tick>(options)}, cx_{cx} {}

    void on(tick what) { taken.push_back(ticks.publish(what)); }

    void tell(int number) { CHECK(cx_.self(*this).send(tick{number})); }

    event_queue<tick> ticks;
    std::vector<bool> taken;

  private:
    context& cx_;
};

struct one_worker {
    explicit one_worker(const queue_options& options = {})
        : from{worker.spawn<publisher>(options)} {}

    // Publishes 1 to `count` from within the worker, in one turn.
    void publish(int first, int last) {
        for (int number = first; number <= last; ++number) {
            from.tell(number);
        }
        worker.turn(2);
    }

    stepped_worker worker;
    publisher& from;
};

} // namespace

TEST_CASE("an event reaches all who have subscribed, in the order of publication") {
    diary first;
    diary second;
    one_worker all;
    all.worker.spawn<listener_actor>(all.from.ticks, first);
    all.worker.spawn<listener_actor>(all.from.ticks, second);
    all.publish(1, 3);
    CHECK(first == diary{1, 2, 3});
    CHECK(second == diary{1, 2, 3});
    CHECK(all.from.ticks.counters().deliveries == 6);
    CHECK(all.from.ticks.counters().sent == 3);
    check_queue(all.from.ticks.counters());
}

TEST_CASE("an event for nobody is taken and goes nowhere") {
    one_worker all;
    all.publish(1, 1);
    CHECK(all.from.taken == std::vector<bool>{true});
    CHECK(all.from.ticks.counters().published == 1);
    CHECK(all.from.ticks.counters().sent == 0);
}

TEST_CASE("a delivery counts as one message sent and delivered") {
    diary heard;
    one_worker all;
    for (int i = 0; i < 10; ++i) {
        all.worker.spawn<listener_actor>(all.from.ticks, heard);
    }
    const worker_counters before = all.worker.loop().statistics().actors;
    all.publish(1, 1);
    const worker_counters after = all.worker.loop().statistics().actors;
    CHECK(after.delivered - before.delivered == 10 + 1); // and the one that told the publisher
    CHECK(after.sent - before.sent == 10 + 1);
    CHECK(after.events - before.events == 1);
}

TEST_CASE("nothing arrives after the end of a subscription, not even what was published before") {
    diary heard;
    one_worker all;
    auto& leaver = all.worker.spawn<listener_actor>(all.from.ticks, heard);
    all.publish(1, 1);
    CHECK(leaver.self().send(leave{}));
    all.from.tell(2); // published behind the leave
    all.worker.turn(3);
    CHECK(heard == diary{1});
    SUBCASE("and it can begin anew") {
        CHECK(leaver.self().send(join{}));
        all.publish(3, 3);
        CHECK(heard == diary{1, 3});
    }
}

TEST_CASE("one that unsubscribes another, or itself, while an event is handed out") {
    diary heard[3];
    one_worker all;
    listener_actor* each[3];
    for (int i = 0; i < 3; ++i) {
        each[i] = &all.worker.spawn<listener_actor>(all.from.ticks, heard[i]);
    }
    each[0]->on_tick = [&](tick what) {
        if (what.number == 1) {
            each[0]->on(leave{});
            each[1]->on(leave{});
        }
    };
    all.publish(1, 2);
    CHECK(heard[0] == diary{1});
    CHECK(heard[1].empty());
    CHECK(heard[2] == diary{1, 2});
}

TEST_CASE("one that subscribes while an event is handed out hears from the next one on") {
    diary heard;
    diary late;
    one_worker all;
    auto& first = all.worker.spawn<listener_actor>(all.from.ticks, heard);
    first.on_tick = [&](tick what) {
        if (what.number == 1) {
            for (int i = 0; i < 100; ++i) { // enough to move the others in memory
                first.cx().spawn<listener_actor>(all.from.ticks, late);
            }
        }
    };
    all.publish(1, 2);
    CHECK(heard == diary{1, 2});
    CHECK(late == diary(100, 2));
}

TEST_CASE("subscribers that stop or fail while they hear an event take nobody with them") {
    diary heard[3];
    one_worker all;
    listener_actor* each[3];
    for (int i = 0; i < 3; ++i) {
        each[i] = &all.worker.spawn<listener_actor>(all.from.ticks, heard[i]);
    }
    each[0]->on_tick = [&](tick) { each[0]->cx().stop(); };
    each[1]->on_tick = [&](tick) { throw std::runtime_error{"as the test wants it"}; };
    all.publish(1, 2);
    CHECK(heard[0] == diary{1});
    CHECK(heard[1] == diary{1});
    CHECK(heard[2] == diary{1, 2});
    CHECK(all.worker.loop().statistics().actors.actors_failed == 1);
}

TEST_CASE("one that was stopped from outside is a dead letter until it has ended") {
    diary heard;
    diary other;
    one_worker all;
    auto& stopped = all.worker.spawn<listener_actor>(all.from.ticks, heard);
    auto& stopper = all.worker.spawn<listener_actor>(all.from.ticks, other);
    stopper.on_tick = [&](tick what) {
        if (what.number == 1) {
            stopped.cx().stop();
        }
    };
    all.publish(1, 2);
    CHECK(heard == diary{1});
    CHECK(other == diary{1, 2});
    CHECK(dead_letters(all.worker.loop().statistics(), dead_letter::stale) == 1);
}

TEST_CASE("a subscription moves with its handle and ends with it") {
    diary heard;
    one_worker all;
    auto& actor = all.worker.spawn<listener_actor>(all.from.ticks, heard, false);
    {
        subscription first = actor.cx().subscribe(actor, all.from.ticks);
        subscription second{std::move(first)};
        CHECK(!first);
        CHECK(second);
        all.publish(1, 1);
        first = std::move(second);
        all.publish(2, 2);
    }
    all.publish(3, 3);
    CHECK(heard == diary{1, 2});
}

TEST_CASE("who subscribes twice hears twice") {
    diary heard;
    one_worker all;
    auto& actor = all.worker.spawn<listener_actor>(all.from.ticks, heard);
    const subscription second = actor.cx().subscribe(actor, all.from.ticks);
    all.publish(1, 1);
    CHECK(heard == diary{1, 1});
}

TEST_CASE("a publication and a message to the same actor keep their order on one worker") {
    diary heard;
    one_worker all;
    auto& actor = all.worker.spawn<listener_actor>(all.from.ticks, heard);
    auto& sender = all.worker.spawn<listener_actor>(all.from.ticks, heard, false);
    sender.on_tick = [&](tick what) {
        for (int i = 1; i <= 5; ++i) {
            CHECK(actor.self().send(tick{what.number + 2 * i - 1}));
            CHECK(all.from.ticks.publish({what.number + 2 * i}));
        }
    };
    CHECK(sender.self().send(tick{0}));
    all.worker.turn(2);
    CHECK(heard == diary{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
}

TEST_CASE("a queue of a name is one queue, and its events have one type") {
    diary unheard;
    one_worker all;
    context& cx = all.worker.spawn<listener_actor>(all.from.ticks, unheard, false).cx();
    const auto first = cx.queue<tick>("ticks");
    REQUIRE(first);
    CHECK(*first == *cx.queue<tick>("ticks"));
    CHECK(*first != *cx.queue<tick>("tocks"));
    CHECK(*first != all.from.ticks);
    CHECK(cx.queue<news>("ticks").error() == actor_error::wrong_event_type);
}

TEST_CASE("an empty handle refuses") {
    const event_queue<tick> none;
    CHECK(!none);
    CHECK(!none.publish({1}));
    CHECK(none.counters().refused == 0);
}

TEST_CASE("a worker at its limit of local messages refuses events too") {
    diary heard;
    stepped_worker worker{worker_limits{.local_messages_max = 3}};
    auto& actor = worker.spawn<listener_actor>(event_queue<tick>{}, heard, false);
    const auto ticks = actor.cx().make_queue<tick>();
    const subscription held = actor.cx().subscribe(actor, ticks);
    std::vector<bool> taken;
    actor.on_tick = [&](tick what) {
        for (int i = 1; i <= 5 && what.number == 0; ++i) {
            taken.push_back(ticks.publish({i}));
        }
    };
    CHECK(actor.self().send(tick{0}));
    worker.turn(2);
    CHECK(taken == std::vector<bool>{true, true, true, false, false});
    CHECK(heard == diary{0, 1, 2, 3});
    CHECK(ticks.counters().refused == 2);
    CHECK(worker.loop().statistics().actors.events_refused == 2);
}

} // namespace event_queue_test
