// Subscribers that are too slow: limits, and what happens there.

#include "actors/queues/queues.hpp"
#include "support/stepped_workers.hpp"

using namespace iapp;
using namespace iapp::test;

namespace queue_limit_test {

namespace {

// Worker 0 publishes; workers 1 and 2 have subscribers and are stepped by the test.
struct slow_subscribers {
    slow_subscribers(const queue_options& options, const worker_limits& limits = {})
        : workers{3, limits}, from{workers.spawn<listener_actor>(0, event_queue<tick>{}, unheard,
                                                                 false)} {
        from.on_tick = [this](tick what) { taken.push_back(ticks.publish(what)); };
        ticks = from.cx().make_queue<tick>(options);
        for (unsigned i = 1; i < 3; ++i) {
            workers.spawn<listener_actor>(i, ticks, heard[i]);
        }
    }

    // Each in a turn of its own. How many were taken.
    long publish(int first, int last) {
        taken.clear();
        for (int number = first; number <= last; ++number) {
            CHECK(from.self().send(tick{number}));
            workers.step(0);
        }
        return std::count(taken.begin(), taken.end(), true);
    }

    std::uint64_t dropped_letters() const {
        return dead_letters(workers.statistics(), dead_letter::dropped);
    }

    diary unheard;
    diary heard[3];
    std::vector<bool> taken;
    event_queue<tick> ticks;
    stepped_workers workers;
    listener_actor& from;
};

} // namespace

TEST_CASE("refuse: at the limit of one worker nobody gets the event, and the publisher is told") {
    slow_subscribers all{{.limit = 3, .when_full = overflow::refuse}};
    CHECK(all.publish(1, 5) == 3);
    all.workers.step(1);
    CHECK(all.heard[1] == diary{1, 2, 3});
    CHECK(all.publish(6, 6) == 0); // worker 2 is full all the same
    all.workers.step(2);
    CHECK(all.publish(7, 8) == 2);
    all.workers.settle();
    CHECK(all.heard[1] == diary{1, 2, 3, 7, 8});
    CHECK(all.heard[2] == all.heard[1]);
    CHECK(all.ticks.counters().published == 5);
    CHECK(all.ticks.counters().refused == 3);
    CHECK(all.dropped_letters() == 0);
    check_queue(all.ticks.counters());
}

TEST_CASE("drop_newest: a worker at its limit misses what comes then, the others miss nothing") {
    slow_subscribers all{{.limit = 3, .when_full = overflow::drop_newest}};
    CHECK(all.publish(1, 3) == 3);
    all.workers.step(1);
    CHECK(all.publish(4, 6) == 3); // worker 2 is full
    all.workers.settle();
    CHECK(all.publish(7, 7) == 1);
    all.workers.settle();
    CHECK(all.heard[1] == diary{1, 2, 3, 4, 5, 6, 7});
    CHECK(all.heard[2] == diary{1, 2, 3, 7});
    CHECK(all.ticks.counters().dropped == 3);
    CHECK(all.ticks.counters().deliveries == 11);
    CHECK(all.dropped_letters() == 3);
    check_queue(all.ticks.counters());
}

TEST_CASE("drop_oldest: a worker at its limit hears the latest ones, the others miss nothing") {
    slow_subscribers all{{.limit = 3, .when_full = overflow::drop_oldest}};
    CHECK(all.publish(1, 3) == 3);
    all.workers.step(1);
    CHECK(all.publish(4, 5) == 2);
    all.workers.settle();
    CHECK(all.publish(6, 6) == 1);
    all.workers.settle();
    CHECK(all.heard[1] == diary{1, 2, 3, 4, 5, 6});
    CHECK(all.heard[2] == diary{3, 4, 5, 6});
    CHECK(all.ticks.counters().dropped == 2);
    CHECK(all.dropped_letters() == 2);
    check_queue(all.ticks.counters());
}

TEST_CASE("a dropped event is one dead letter for each subscriber that the worker then has") {
    slow_subscribers all{{.limit = 1, .when_full = overflow::drop_newest}};
    for (int i = 0; i < 4; ++i) {
        all.workers.spawn<listener_actor>(2, all.ticks, all.heard[0]);
    }
    all.publish(1, 3); // two are dropped, on each worker
    all.workers.spawn<listener_actor>(2, all.ticks, all.heard[0]); // has missed nothing
    all.workers.settle();
    CHECK(all.ticks.counters().dropped == 4);
    CHECK(all.dropped_letters() == 2 * 1 + 2 * 5);
}

TEST_CASE("mail that is full counts as the limit of every queue") {
    const worker_limits narrow{.outbox_messages_max = 4, .ring_messages_max = 2};
    SUBCASE("refuse: none of the workers gets the event") {
        slow_subscribers all{{}, narrow};
        CHECK(all.publish(1, 20) == 6); // 2 in the ring and 4 in the outbox
        all.workers.settle();
        CHECK(all.heard[1] == diary{1, 2, 3, 4, 5, 6});
        CHECK(all.heard[2] == all.heard[1]);
        CHECK(all.ticks.counters().refused == 14);
        CHECK(all.dropped_letters() == 0);
    }
    SUBCASE("drop_newest: each misses what does not fit") {
        slow_subscribers all{{.when_full = overflow::drop_newest}, narrow};
        CHECK(all.publish(1, 20) == 20);
        all.workers.settle();
        CHECK(all.heard[1] == diary{1, 2, 3, 4, 5, 6});
        CHECK(all.ticks.counters().dropped == 2 * 14);
        CHECK(all.dropped_letters() == 2 * 14);
    }
}

TEST_CASE("a limit holds for the publisher's own worker as for the others") {
    diary unheard;
    diary heard;
    stepped_workers workers{1};
    auto& from = workers.spawn<listener_actor>(0, event_queue<tick>{}, unheard, false);
    const auto ticks = from.cx().make_queue<tick>({.limit = 2, .when_full = overflow::drop_oldest});
    workers.spawn<listener_actor>(0, ticks, heard);
    from.on_tick = [&](tick) {
        for (int i = 1; i <= 5; ++i) {
            CHECK(ticks.publish({i}));
        }
    };
    CHECK(from.self().send(tick{}));
    workers.settle();
    CHECK(heard == diary{4, 5});
    CHECK(ticks.counters().dropped == 3);
}

TEST_CASE("what is dropped is counted at once, before the slow worker takes a turn") {
    slow_subscribers all{{.limit = 1, .when_full = overflow::drop_newest}};
    all.publish(1, 3);
    CHECK(all.ticks.counters().sent == 6);
    CHECK(all.ticks.counters().dropped == 4);
    CHECK(all.dropped_letters() == 4);
    CHECK(all.workers.statistics().actors.events_dropped == 4);
    CHECK(all.ticks.publish({4})); // from a thread that is no worker
    CHECK(all.ticks.counters().dropped == 6);
    CHECK(all.dropped_letters() == 6);
    all.workers.settle();
    CHECK(all.ticks.counters().dropped == 6);
    CHECK(all.dropped_letters() == 6);
    CHECK(all.workers.statistics().actors.events_dropped == 6);
    check_queue(all.ticks.counters());
}

TEST_CASE("what was dropped is counted even if all subscribers are gone before the next event") {
    slow_subscribers all{{.limit = 1, .when_full = overflow::drop_newest}};
    all.publish(1, 3);
    all.workers.end(); // the actors end before what is under way
    CHECK(all.ticks.counters().dropped == 4);
    CHECK(all.ticks.counters().stopped == 2);
    check_queue(all.ticks.counters());
    CHECK(all.workers.statistics().actors.events_dropped == 6);
}

} // namespace queue_limit_test
