// Spawning on other workers without waiting for them.

#include "actors/errands.hpp"

#include <doctest/doctest.h>

#include <latch>
#include <thread>

using namespace iapp;
using namespace iapp::test;

namespace distant_spawn_test {

namespace {

struct where_are_you {
    using reply = unsigned;
};

struct quit {};

class resident {
  public:
    using accepts = messages<where_are_you, add, total, quit>;

    explicit resident(context& cx, std::atomic<int>* alive = nullptr) : cx_{cx}, alive_{alive} {
        if (alive_ != nullptr) {
            ++*alive_;
        }
    }

    resident(resident&&) = delete;

    ~resident() {
        if (alive_ != nullptr) {
            --*alive_;
        }
    }

    unsigned on(where_are_you) { return cx_.worker_index(); }

    void on(add what) { sum_ += what.value; }

    int on(total) { return sum_; }

    void on(quit) { cx_.stop(); }

  private:
    context& cx_;
    std::atomic<int>* alive_;
    int sum_ = 0;
};

class stillborn {
  public:
    using accepts = messages<add>;

    stillborn() { throw std::runtime_error{"as the test wants it"}; }

    void on(add) {}
};

std::uint64_t ended(checked_system& sys) {
    const result<worker_statistics> now = sys->statistics(patience());
    REQUIRE(now);
    return now->actors.actors_ended;
}

} // namespace

TEST_CASE("an actor spawned on another worker lives there, and hears all from its spawner") {
    checked_system sys{{.workers = 3}};
    std::vector<ref_to<resident>> made;
    by_actor(sys, 0, [&](context& cx) {
        for (unsigned i = 0; i < 3; ++i) {
            made.push_back(cx.spawn<resident>({.on = {i}}));
            CHECK(made.back().send(add{5}));
        }
    });
    for (unsigned i = 0; i < 3; ++i) {
        REQUIRE(made[i]);
        CHECK(sys.ask<where_are_you>(made[i]) == i);
        CHECK(sys.ask<total>(made[i]) == 5);
    }
}

TEST_CASE("placements: here, round robin, one on each worker") {
    checked_system sys{{.workers = 3}};
    std::vector<ref_to<resident>> made;
    std::vector<ref_to<resident>> on_each;
    ref_to<resident> at_home;
    by_actor(sys, 2, [&](context& cx) {
        for (int i = 0; i < 6; ++i) {
            made.push_back(cx.spawn<resident>({.on = round_robin}));
        }
        on_each = cx.spawn_on_each<resident>();
        at_home = cx.spawn<resident>({.on = iapp::here});
    });
    std::vector<unsigned> seen(3);
    for (const auto& each : made) {
        ++seen[sys.ask<where_are_you>(each)];
    }
    CHECK(seen == std::vector<unsigned>{2, 2, 2});
    CHECK(sys.ask<where_are_you>(at_home) == 2);
    REQUIRE(on_each.size() == 3);
    CHECK(sys.ask<where_are_you>(on_each[1]) == 1);
    const auto by_system = sys->spawn_on_each<resident>();
    CHECK(sys.ask<where_are_you>(by_system[2]) == 2);
    CHECK(sys.ask<where_are_you>(sys->spawn<resident>({.on = round_robin})) == 0);
    CHECK(sys.ask<where_are_you>(sys->spawn<resident>({.on = round_robin})) == 1);
    CHECK(sys.ask<where_are_you>(sys->spawn<resident>({.on = iapp::here})) == 0);
}

TEST_CASE("who spawns too many on one worker at once gets empty refs, and more the next time") {
    checked_system sys{{.workers = 2}};
    const auto spawn_many = [&] {
        int made = 0;
        by_actor(sys, 0, [&](context& cx) {
            for (int i = 0; i < 3000; ++i) {
                made += cx.spawn<resident>({.on = {1}}) ? 1 : 0;
            }
        });
        return made;
    };
    CHECK(spawn_many() == 512);
    int second = 0;
    CHECK(eventually([&] { return (second = spawn_many()) == 3000; }));
    const worker_statistics last = sys.stop();
    CHECK(last.actors.actors_refused >= 3000 - 512);
}

TEST_CASE("slots that are granted never take more than half of a worker's") {
    checked_system sys{{.workers = 2, .limits = {.actors_max = 8}}};
    int away = 0;
    int own = 0;
    by_actor(sys, 0, [&](context& cx) {
        for (int i = 0; i < 20; ++i) {
            away += cx.spawn<resident>({.on = {1}}) ? 1 : 0;
            own += cx.spawn<resident>() ? 1 : 0;
        }
    });
    CHECK(away == 4);
    CHECK(own == 3); // and the one that spawns
}

TEST_CASE("a constructor that fails on another worker is counted; what was sent to it is stale") {
    checked_system sys{{.workers = 2}};
    by_actor(sys, 0, [&](context& cx) {
        const auto made = cx.spawn<stillborn>({.on = {1}});
        CHECK(made);
        CHECK(made.send(add{1}));
    });
    CHECK(eventually([&] {
        const result<worker_statistics> now = sys->statistics(patience());
        return now && dead_letters(*now, dead_letter::stale) == 1;
    }));
    const worker_statistics last = sys.stop();
    CHECK(last.actors.actors_failed == 1);
    CHECK(last.actors.actors_spawned == 1); // the one that spawned it
}

TEST_CASE("children on other workers end with their parent") {
    std::atomic<int> alive{0};
    checked_system sys{{.workers = 3}};
    const auto parent = sys->spawn<runner>({.on = {0}});
    parent.send(errand{[&](context& cx) {
        cx.spawn<resident>({.on = {0}}, &alive);
        cx.spawn<resident>({.on = {1}}, &alive);
        cx.spawn<resident>({.on = {2}}, &alive);
        cx.spawn<resident>({.on = {2}, .detached = true}, &alive);
        cx.spawn<resident>({.on = {0}, .detached = true}, &alive);
    }});
    CHECK(eventually([&] { return alive == 5; }));
    CHECK(sys->stop(parent, patience()));
    CHECK(eventually([&] { return alive == 2; }));
    CHECK(ended(sys) == 4);
}

TEST_CASE("a parent that ends right after it has spawned takes its children along") {
    std::atomic<int> alive{0};
    checked_system sys{{.workers = 2}};
    for (int i = 0; i < 50; ++i) {
        const auto parent = sys->spawn<runner>({.on = {0}});
        parent.send(errand{[&](context& cx) {
            cx.spawn<resident>({.on = {1}}, &alive);
            cx.stop();
        }});
    }
    CHECK(eventually([&] { return ended(sys) == 100; }));
    CHECK(alive == 0);
}

TEST_CASE("a child that ends first is forgotten by its parent") {
    checked_system sys{{.workers = 2, .limits = {.actors_max = 64}}};
    const auto parent = sys->spawn<runner>({.on = {0}});
    std::uint64_t children = 0;
    for (int i = 0; i < 300; ++i) { // more than there are records
        std::latch done{1};
        ref_to<resident> child;
        parent.send(errand{[&](context& cx) {
            child = cx.spawn<resident>({.on = {1}});
            child.send(quit{});
            done.count_down();
        }});
        done.wait();
        children += child ? 1 : 0;
        CHECK(eventually([&] { return ended(sys) == children; }));
    }
    CHECK(children > 200);
}

TEST_CASE("an actor may be killed before it is born") {
    checked_system sys{{.workers = 2}};
    std::latch busy{1};
    sys->post(worker{1}, [&] { busy.wait(); });
    by_actor(sys, 0, [&](context& cx) {
        const auto made = cx.spawn<resident>({.on = {1}});
        CHECK(made.send(add{1}));
        cx.kill(made);
    });
    busy.count_down();
    CHECK(eventually([&] {
        const result<worker_statistics> now = sys->statistics(patience());
        return now && now->actors.actors_spawned == now->actors.actors_ended + 1;
    }));
    const worker_statistics last = sys.stop();
    CHECK(dead_letters(last) == 1);
}

TEST_CASE("what others send before an actor is born waits for it, in order") {
    struct keeper {
        using accepts = messages<add>;

        explicit keeper(std::vector<int>& to_) : to{to_} {}

        void on(add what) { to.push_back(what.value); }

        std::vector<int>& to;
    };

    std::vector<int> heard;
    std::latch handed{1};
    checked_system sys{{.workers = 2}};
    const auto by = sys->spawn<runner>({.on = {0}});
    by.send(errand{[&](context& cx) {
        const ref_to<keeper> made = cx.spawn<keeper>({.on = {1}}, std::ref(heard));
        std::latch sent{1};
        // Another thread, which the spawner tells of the actor before its own turn ends.
        std::thread faster{[&] {
            for (int i = 1; i <= 3; ++i) {
                CHECK(made.send(add{i}));
            }
            sys->post(worker{1}, [&] { sent.count_down(); });
        }};
        sent.wait(); // they have arrived
        faster.join();
        CHECK(made.send(add{4}));
        handed.count_down();
    }});
    handed.wait();
    CHECK(eventually([&] { return sys->statistics(patience())->actors.delivered >= 5; }));
    sys.stop();
    CHECK(heard == std::vector<int>{1, 2, 3, 4});
}

TEST_CASE("a thread's request that arrives before its actor is answered when that is born") {
    std::latch spawned{1};
    std::latch arrived{1};
    std::atomic<bool> asked{false};
    ref_to<resident> made;
    checked_system sys{{.workers = 2}};
    const auto by = sys->spawn<runner>({.on = {0}});
    by.send(errand{[&](context& cx) {
        made = cx.spawn<resident>({.on = {1}});
        spawned.count_down();
        arrived.wait(); // it sets out when this returns
    }});
    spawned.wait();
    std::thread watcher{[&] {
        CHECK(eventually([&] {
            sys->post(worker{1},
                      [&] { asked = worker_loop::current()->asks().counters().asks > 0; });
            return asked.load();
        }));
        arrived.count_down();
    }};
    const result<unsigned> answer = sys->ask(made, patience(), where_are_you{});
    watcher.join();
    REQUIRE_MESSAGE(answer, answer.error().message());
    CHECK(*answer == 1);
}

TEST_CASE("a request that arrives before its actor is answered when that is born") {
    std::latch spawned{1};
    std::latch arrived{1};
    std::atomic<int> answer{-1};
    ref_to<resident> made;
    checked_system sys{{.workers = 3}};
    const auto by = sys->spawn<runner>({.on = {0}});
    const auto faster = sys->spawn<runner>({.on = {2}});
    by.send(errand{[&](context& cx) {
        made = cx.spawn<resident>({.on = {1}});
        spawned.count_down();
        arrived.wait(); // the actor leaves when this has returned
        CHECK(made.send(add{4}));
    }});
    spawned.wait();
    faster.send(errand{[&](context& cx) {
        cx.ask<total>(made, patience(), [&](result<int> sum) { answer = sum ? *sum : -2; });
        cx.post(worker{1}, [&] { arrived.count_down(); });
    }});
    CHECK(eventually([&] { return answer == 0; }));
    CHECK(sys.ask<total>(made) == 4);
}

} // namespace distant_spawn_test
