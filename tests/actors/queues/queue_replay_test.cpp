// Queues that give each subscriber the latest event first.

#include "actors/queues/queues.hpp"
#include "support/stepped_workers.hpp"

using namespace iapp;
using namespace iapp::test;

namespace queue_replay_test {

namespace {

struct replaying {
    replaying() : from{workers.spawn<listener_actor>(0, event_queue<tick>{}, unheard, false)} {
        from.on_tick = [this](tick what) { CHECK(ticks.publish(what)); };
    }

    // Leaves worker 0, and waits in the ring to worker 1.
    void publish(int number) {
        CHECK(from.self().send(tick{number}));
        workers.step(0);
    }

    diary unheard;
    diary heard;
    stepped_workers workers{2};
    listener_actor& from;
    const event_queue<tick> ticks = from.cx().make_queue<tick>({.replay_last = true});
};

} // namespace

TEST_CASE("a late subscriber gets the latest event, once, and then all that follow") {
    replaying all;
    all.publish(1);
    all.publish(2);
    all.workers.settle();
    auto& late = all.workers.spawn<listener_actor>(1, all.ticks, all.heard);
    CHECK(all.heard.empty()); // not from within subscribe()
    all.workers.settle();
    CHECK(all.heard == diary{2});
    all.publish(3);
    all.workers.settle();
    CHECK(all.heard == diary{2, 3});
    SUBCASE("and again when it subscribes anew") {
        CHECK(late.self().send(leave{}));
        CHECK(late.self().send(join{}));
        all.workers.settle();
        CHECK(all.heard == diary{2, 3, 3});
    }
    CHECK(all.ticks.counters().deliveries == all.heard.size());
}

TEST_CASE("the first event is nobody's latest") {
    replaying all;
    all.workers.spawn<listener_actor>(1, all.ticks, all.heard);
    all.publish(1);
    all.workers.settle();
    CHECK(all.heard == diary{1});
}

TEST_CASE("the replay comes first even if the next event is there already") {
    replaying all;
    auto& late = all.workers.spawn<listener_actor>(1, all.ticks, all.heard, false);
    all.publish(1);
    all.workers.settle();
    const auto self = late.self();
    all.from.on_tick = [&](tick what) {
        CHECK(self.send(join{})); // and right behind it in the ring
        CHECK(all.ticks.publish(what));
    };
    all.publish(2);
    all.workers.step(1);
    CHECK(all.heard == diary{1, 2});
    all.workers.settle();
    CHECK(all.heard == diary{1, 2});
}

TEST_CASE("who subscribes while an event is handed out gets that one as the latest") {
    replaying all;
    diary late;
    auto& first = all.workers.spawn<listener_actor>(1, all.ticks, all.heard);
    first.on_tick = [&](tick what) {
        if (what.number == 1) {
            first.cx().spawn<listener_actor>(all.ticks, late);
        }
    };
    all.publish(1);
    all.publish(2);
    all.workers.settle();
    CHECK(late == diary{1, 2});
}

TEST_CASE("who subscribes while another gets the latest event hears of each event once") {
    replaying all;
    diary later;
    all.publish(1);
    all.workers.settle();
    auto& first = all.workers.spawn<listener_actor>(1, all.ticks, all.heard, false);
    first.on_tick = [&](tick what) {
        if (what.number == 1) {
            first.cx().spawn<listener_actor>(all.ticks, later);
        }
    };
    const auto self = first.self();
    all.from.on_tick = [&](tick what) {
        CHECK(self.send(join{}));
        CHECK(all.ticks.publish(what));
    };
    all.publish(2);
    all.workers.settle();
    CHECK(all.heard == diary{1, 2});
    CHECK(later == diary{2}); // which was the latest when it could be told
}

TEST_CASE("who has left, stopped or failed before the replay gets none") {
    replaying all;
    all.publish(1);
    all.workers.settle();
    diary heard[3];
    listener_actor* each[3];
    for (int i = 0; i < 3; ++i) {
        each[i] = &all.workers.spawn<listener_actor>(1, all.ticks, heard[i]);
    }
    each[0]->on(leave{});
    each[1]->cx().stop();
    each[2]->on_tick = [&](tick) { throw std::runtime_error{"as the test wants it"}; };
    all.workers.settle();
    all.publish(2);
    all.workers.settle();
    CHECK(heard[0].empty());
    CHECK(heard[1].empty());
    CHECK(heard[2] == diary{1});
}

} // namespace queue_replay_test
