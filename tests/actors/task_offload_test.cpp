// Offloaded work in tasks.

#include "support/tasks.hpp"

#include <iapp/actors/task_group.hpp>
#include <iapp/actors/task_offload.hpp>
#include <iapp/actors/with_deadline.hpp>

#include <atomic>
#include <memory>
#include <semaphore>
#include <stdexcept>
#include <thread>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace task_offload_test {

namespace {

task<> calculates(scripted& me, std::string what) {
    const std::string all =
        co_await me.cx.offload([](const std::string& text) { return text + " on the heap"; }, what);
    me.note(all);
    const auto next = [](std::unique_ptr<int> of) { return std::make_unique<int>(*of + 1); };
    const std::unique_ptr<int> more = co_await me.cx.offload(next, std::make_unique<int>(1));
    me.note(std::to_string(*more));
    co_await me.cx.offload([&] { me.note("nothing"); });
    me.note(std::to_string(co_await me.cx.offload([]() -> result<int> { return 7; })));
}

task<> fails(scripted& me) {
    try {
        co_await me.cx.offload([] { throw std::out_of_range{"no such page"}; });
    } catch (const std::out_of_range& e) {
        me.note(e.what());
    }
    try {
        co_await me.cx.offload([]() -> result<int> { return std::errc::io_error; });
    } catch (const std::system_error& e) {
        me.note(e.code().message());
    }
    const auto throws = [] { throw std::system_error{std::make_error_code(std::errc::io_error)}; };
    const result<void> thrown = co_await me.cx.offload(throws).as_result();
    me.note(thrown.error().message());
    const result<int> said =
        co_await me.cx.offload([]() -> result<int> { return std::errc::io_error; }).as_result();
    me.note(said.error().message());
}

task<> fails_unheard(scripted& me) {
    co_await me.cx.offload([] { throw std::runtime_error{"as the test wants it"}; });
}

task<> waits(scripted& me, std::string& log) {
    const trace here{me.seen, "work"};
    co_await me.cx.offload([&log] { log += "done;"; });
    me.note("over");
}

task<> tries(scripted& me, std::string& log) {
    const result<void> done = co_await me.cx.offload([&log] { log += "done;"; }).as_result();
    me.note(done ? "done" : done.error().message());
}

task<> hurries(scripted& me, std::string& log) {
    const result<void> done = co_await with_deadline(1s, waits(me, log)).as_result();
    me.note(done.error().message());
}

task<> sleeps(scripted& me) {
    co_await me.cx.sleep(1s);
}

task<> works_or_sleeps(scripted& me, std::string& log) {
    co_await any(waits(me, log), sleeps(me));
    me.note("enough");
}

task<> works_twice(scripted& me, std::string& log) {
    co_await all(waits(me, log), waits(me, log));
    me.note("both");
}

struct working_world : scripted_worker {
    void work() {
        CHECK(worker.work() == 1);
        worker.turn(3);
    }

    std::uint64_t dropped() { return worker.loop().statistics().actors.offloads_dropped; }

    std::string log;
};

// On the threads of a system: what begins, and ends only when the test says so.
class blocked {
  public:
    using accepts = messages<quit>;

    blocked(context& cx, std::counting_semaphore<>& begun, std::counting_semaphore<>& end)
        : cx_{cx}, begun_{begun}, end_{end} {
        CHECK(cx.run(&blocked::run, this));
    }

    void on(quit) { cx_.stop(); }

  private:
    task<> run() {
        const auto here = std::this_thread::get_id();
        const auto there = co_await cx_.offload([] { return std::this_thread::get_id(); });
        CHECK(there != here);
        CHECK(std::this_thread::get_id() == here);
        co_await cx_.offload([&begun = begun_, &end = end_] {
            begun.release();
            end.acquire();
        });
        cx_.stop_system(7);
    }

    context& cx_;
    std::counting_semaphore<>& begun_;
    std::counting_semaphore<>& end_;
};

} // namespace

TEST_CASE("a task gets what its offloaded work returns") {
    working_world world;
    world.play(&calculates, std::string{"a text"});
    CHECK(world.actor.seen.empty());
    for (int i = 0; i < 4; ++i) {
        world.work();
    }
    CHECK(world.actor.seen == journal{"a text on the heap", "2", "nothing", "7"});
    CHECK(world.worker.loop().statistics().actors.offloads_ran == 4);
}

TEST_CASE("what offloaded work throws is thrown in the task, and errors are errors") {
    working_world world;
    world.play(&fails);
    for (int i = 0; i < 4; ++i) {
        world.work();
    }
    const std::string error = std::make_error_code(std::errc::io_error).message();
    CHECK(world.actor.seen == journal{"no such page", error, error, error});
    CHECK(world.actor_lives());
}

TEST_CASE("an exception of offloaded work that the task does not catch fails the actor") {
    working_world world;
    world.play(&fails_unheard);
    world.work();
    CHECK(world.worker.loop().statistics().actors.actors_failed == 1);
    CHECK_FALSE(world.actor_lives());
}

TEST_CASE("a task that ends leaves its offloaded work, whose result is dropped") {
    working_world world;
    const std::string late = std::make_error_code(std::errc::timed_out).message();
    SUBCASE("by a deadline") {
        world.play(&hurries, std::ref(world.log));
        world.worker.pass(1s);
        CHECK(world.actor.seen == journal{"end of work", late});
    }
    SUBCASE("because another task is faster") {
        world.play(&works_or_sleeps, std::ref(world.log));
        world.worker.pass(1s);
        CHECK(world.actor.seen == journal{"end of work", "enough"});
    }
    SUBCASE("with its actor") {
        world.play(&waits, std::ref(world.log));
        world.actor.self().send(quit{});
        world.worker.turn(2);
        CHECK_FALSE(world.actor_lives());
    }
    SUBCASE("with the whole worker") {
        world.play(&waits, std::ref(world.log));
        world.worker.end();
        CHECK(world.dropped() == 1);
        CHECK(world.log.empty());
        return;
    }
    world.work();
    CHECK(world.log.empty()); // it had not begun
    CHECK(world.dropped() == 1);
}

TEST_CASE("work that comes home to an actor that is about to end is dropped") {
    working_world world;
    world.play(&waits, std::ref(world.log));
    CHECK(post_after(world.worker.loop(), duration::zero(), [&] { world.actor.cx.stop(); }));
    world.worker.turn();
    CHECK(world.worker.work() == 1);
    world.worker.turn(); // stops it, finds the work at home, and then ends it
    CHECK(world.log == "done;");
    CHECK(world.dropped() == 1);
    CHECK_FALSE(world.actor_lives());
}

TEST_CASE("tasks side by side each have their work") {
    working_world world;
    world.play(&works_twice, std::ref(world.log));
    CHECK(world.worker.work() == 2);
    world.worker.turn(3);
    CHECK(world.log == "done;done;");
    CHECK(world.actor.seen == journal{"over", "end of work", "over", "end of work", "both"});
}

TEST_CASE("beyond the queue's limit a task hears that its work is refused") {
    working_world world;
    const std::size_t queue_max = offload_options{}.queue_max;
    world.worker.act([&] {
        for (std::size_t i = 0; i < queue_max; ++i) {
            CHECK(world.actor.cx.offload([] {}, [](result<void>) {}));
        }
    });
    world.play(&tries, std::ref(world.log));
    CHECK(world.actor.seen == journal{make_error_code(actor_error::refused).message()});
    CHECK(world.worker.work() == queue_max);
    CHECK(world.log.empty());
}

TEST_CASE("a task waits for another thread's work, and may end while that runs") {
    std::counting_semaphore<> begun{0};
    std::counting_semaphore<> end{0};
    checked_system system;
    const auto to = system->spawn<blocked>({}, std::ref(begun), std::ref(end));
    begun.acquire();
    SUBCASE("by its end") {
        end.release();
        REQUIRE(system->wait(patience()));
        CHECK(system->exit_status() == 7);
        CHECK(system.stop().actors.offloads_ran == 2);
    }
    SUBCASE("by the end of its actor") {
        CHECK(to.send(quit{}));
        CHECK(eventually([&] { return system->statistics(patience())->actors.actors_ended == 1; }));
        end.release();
        CHECK(eventually(
            [&] { return system->statistics(patience())->actors.offloads_dropped == 1; }));
        system.stop();
    }
}

} // namespace task_offload_test
