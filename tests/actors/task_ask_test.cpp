// Asking in tasks.

#include "support/tasks.hpp"

#include <iapp/actors/task_ask.hpp>
#include <iapp/actors/task_group.hpp>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace task_ask_test {

namespace {

struct upper {
    using reply = std::string;
    std::string text;
    int times = 1;
};

struct never {
    using reply = int;
};

struct done {
    using reply = void;
};

class clerk {
  public:
    using accepts = messages<upper, never, done, quit>;

    explicit clerk(context& cx_) : cx{cx_} {}

    std::string on(const upper& what) {
        std::string all;
        for (int i = 0; i < what.times; ++i) {
            for (const char c : what.text) {
                all += static_cast<char>(std::toupper(c));
            }
        }
        return all;
    }

    void on(never, replier<int> to) { kept.push_back(std::move(to)); }

    void on(done) {}

    void on(quit) { cx.stop(); }

    context& cx;
    std::vector<replier<int>> kept;
};

using clerk_ref = ref_to<clerk>;

task<> asks(scripted& me, clerk_ref whom) {
    me.note(co_await me.cx.ask<upper>(whom, 1s, "a text that lives on the heap"));
    const std::string twice = co_await me.cx.ask<upper>(whom, 1s, "ab", 2);
    me.note(twice);
    co_await me.cx.ask<done>(whom, 1s);
    me.note("done");
    const std::string text = "a text that is copied to the heap";
    const result<std::string> copied = co_await me.cx.ask<upper>(whom, 1s, text).as_result();
    me.note(copied ? *copied : copied.error().message());
}

task<> asks_in_vain(scripted& me, clerk_ref whom, duration deadline) {
    const result<int> first = co_await me.cx.ask<never>(whom, deadline).as_result();
    me.note(first ? std::to_string(*first) : first.error().message());
    try {
        co_await me.cx.ask<never>(whom, deadline);
    } catch (const std::system_error& e) {
        me.note(e.code().message());
    }
}

task<> asks_both(scripted& me, clerk_ref whom) {
    co_await any(asks_in_vain(me, whom, 100s), asks(me, whom));
}

// Asks another worker's actor again and again, and ends the system with the sum.
class far_asker {
  public:
    using accepts = messages<quit>;

    far_asker(context& cx, ref<total, add> whom) : cx_{cx}, whom_{whom} {
        CHECK(cx.run(&far_asker::run, this));
    }

    void on(quit) {}

  private:
    task<> run() {
        int sum = 0;
        for (int i = 0; i < 100; ++i) {
            whom_.send(add{1});
            sum = co_await cx_.ask<total>(whom_, patience());
        }
        cx_.stop_system(sum);
    }

    context& cx_;
    ref<total, add> whom_;
};

struct asking_world : scripted_worker {
    clerk& other = worker.spawn<clerk>();
    clerk_ref to = other.cx.self(other);
};

std::string text_of(std::error_code why) {
    return why.message();
}

} // namespace

TEST_CASE("a task gets the answer to what it asks") {
    asking_world world;
    world.play(&asks, world.to);
    world.worker.turn(10);
    CHECK(world.actor.seen == journal{"A TEXT THAT LIVES ON THE HEAP", "ABAB", "done",
                                      "A TEXT THAT IS COPIED TO THE HEAP"});
}

TEST_CASE("an ask whose deadline passes throws, or gives the error as a value") {
    asking_world world;
    world.play(&asks_in_vain, world.to, duration{1s});
    world.worker.pass(1s);
    world.worker.pass(1s);
    const std::string late = text_of(std::make_error_code(std::errc::timed_out));
    CHECK(world.actor.seen == journal{late, late});
}

TEST_CASE("a task that asks an actor that ends hears of it") {
    asking_world world;
    world.play(&asks_in_vain, world.to, duration{100s});
    world.to.send(quit{});
    world.worker.turn(5);
    const std::string gone = text_of(make_error_code(actor_error::unanswered));
    CHECK(world.actor.seen == journal{gone, gone});
}

TEST_CASE("a task that asks nobody hears of it") {
    asking_world world;
    world.play(&asks_in_vain, clerk_ref{}, duration{1s});
    world.worker.turn(5);
    CHECK(world.actor.seen.size() == 2);
}

TEST_CASE("the end of a task cancels what it asks") {
    asking_world world;
    world.play(&asks_both, world.to);
    world.worker.turn(10);
    CHECK(world.worker.loop().statistics().asks.cancelled == 1);
    REQUIRE(world.other.kept.size() == 1);
    world.other.kept[0].answer(1);
    world.worker.turn(2);
    CHECK(world.worker.loop().statistics().asks.late == 1);

    world.play(&asks_in_vain, world.to, duration{100s});
    world.actor.self().send(quit{});
    world.worker.turn(3);
    CHECK(world.worker.loop().statistics().asks.cancelled == 2);
}

TEST_CASE("a task asks an actor of another worker") {
    checked_system system{{.workers = 2}};
    const ref<total, add> far = system->spawn<counter>({.on = {1}});
    system->spawn<far_asker>({.on = {0}}, far);
    REQUIRE(system->wait(patience()));
    CHECK(system->exit_status() == 100);
    CHECK(system.stop().asks.answered == 100);
}

} // namespace task_ask_test
