// What passes through an awaitable is destroyed exactly as often as it is made, which compilers get
// wrong for some temporaries in co_await expressions.

#include "support/tasks.hpp"

#include <iapp/actors/task_ask.hpp>
#include <iapp/actors/task_group.hpp>
#include <iapp/actors/task_offload.hpp>
#include <iapp/actors/with_deadline.hpp>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace task_lifetime_test {

namespace {

// Those that are alive, each with memory of its own: a second destruction is an error anywhere.
class counted {
  public:
    explicit counted(int value) : value_{std::make_unique<int>(value)} { ++alive; }

    counted(counted&& other) noexcept : value_{std::move(other.value_)} { ++alive; }

    counted(const counted& other) : value_{std::make_unique<int>(*other.value_)} { ++alive; }

    counted& operator=(counted&&) = delete;

    ~counted() {
        --alive;
        CHECK(alive >= 0);
    }

    int value() const { return *value_; }

    static inline int alive = 0;

  private:
    std::unique_ptr<int> value_;
};

struct twice {
    using reply = counted;
    counted what;
};

class doubler {
  public:
    using accepts = messages<twice>;

    counted on(const twice& m) { return counted{2 * m.what.value()}; }
};

task<counted> later(scripted& me, counted what) {
    co_await me.cx.sleep(1s);
    co_return what;
}

task<counted> at_once(counted what) {
    co_return what;
}

task<> nested(scripted& me) {
    const counted a = co_await at_once(counted{1});
    const counted b = co_await later(me, counted{2});
    const result<counted> c = co_await later(me, counted{3}).as_result();
    me.note(std::to_string(a.value() + b.value() + c->value()));
}

task<> grouped(scripted& me) {
    const auto [a, b] = co_await all(later(me, counted{1}), at_once(counted{2}));
    const counted c = co_await any(later(me, counted{3}), later(me, counted{4}));
    const counted d = co_await with_deadline(9s, later(me, counted{5}));
    const auto e = co_await all(later(me, counted{6}), at_once(counted{7})).as_result();
    me.note(std::to_string(a.value() + b.value() + c.value() + d.value() + std::get<0>(*e).value() +
                           std::get<1>(*e).value()));
}

task<> asking(scripted& me, ref<twice> whom) {
    const counted a = co_await me.cx.ask<twice>(whom, 1s, counted{1});
    const counted named{2};
    const counted b = co_await me.cx.ask<twice>(whom, 1s, named);
    const result<counted> c = co_await me.cx.ask<twice>(whom, 1s, counted{3}).as_result();
    me.note(std::to_string(a.value() + b.value() + c->value()));
}

task<> offloading(scripted& me) {
    const auto work = [](const counted& what) { return counted{2 * what.value()}; };
    const counted a = co_await me.cx.offload(work, counted{1});
    const counted named{2};
    const counted b = co_await me.cx.offload(work, named);
    const result<counted> c = co_await me.cx.offload(work, counted{3}).as_result();
    me.note(std::to_string(a.value() + b.value() + c->value()));
}

task<> keeps(scripted& me, counted by_value, const counted& by_reference) {
    co_await me.cx.sleep(1s);
    me.note(std::to_string(by_value.value() + by_reference.value()));
}

void pass_seconds(scripted_worker& world) {
    for (int i = 0; i < 6; ++i) {
        world.worker.pass(1s, 5);
    }
}

} // namespace

TEST_CASE("values given to tasks and by tasks are destroyed once each") {
    scripted_worker world;
    world.play(&nested);
    pass_seconds(world);
    CHECK(world.actor.seen == journal{"6"});
    CHECK(counted::alive == 0);
}

TEST_CASE("values of tasks side by side are destroyed once each") {
    scripted_worker world;
    world.play(&grouped);
    pass_seconds(world);
    CHECK(world.actor.seen == journal{"24"});
    CHECK(counted::alive == 0);
}

TEST_CASE("what requests and replies hold is destroyed once each") {
    scripted_worker world;
    const ref<twice> whom = world.actor.cx.spawn<doubler>();
    world.play(&asking, whom);
    world.worker.turn(10);
    CHECK(world.actor.seen == journal{"12"});
    CHECK(counted::alive == 0);
}

TEST_CASE("what offloaded work is given and returns is destroyed once each") {
    scripted_worker world;
    world.play(&offloading);
    for (int i = 0; i < 3; ++i) {
        CHECK(world.worker.work() == 1);
        world.worker.turn(3);
    }
    CHECK(world.actor.seen == journal{"12"});
    CHECK(counted::alive == 0);
}

TEST_CASE("what a task was run with is destroyed once, with the task") {
    scripted_worker world;
    world.play(&keeps, counted{1}, counted{2});
    CHECK(counted::alive == 3); // what is kept, and the parameter by value
    SUBCASE("at its end") {
        world.worker.pass(1s);
        CHECK(world.actor.seen == journal{"3"});
    }
    SUBCASE("with its actor") {
        world.actor.self().send(quit{});
        world.worker.turn(2);
    }
    CHECK(counted::alive == 0);
}

} // namespace task_lifetime_test
