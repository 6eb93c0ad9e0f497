// A time that is longer than all time never comes, wherever one is asked for.

#include "support/waiting.hpp"

#include <iapp/iapp.hpp>
#include <iapp/testing.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <string>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace endless_test {

namespace {

struct beat {};

struct work {};

class patient {
  public:
    using accepts = messages<beat, stopping>;

    explicit patient(context& cx_) : cx{cx_} {}

    patient(patient&&) = delete;

    void on(beat) { seen += "beat "; }

    void on(stopping) { seen += "stopping "; }

    task<> sleeps(duration time) {
        co_await cx.sleep(time);
        seen += "awake ";
    }

    task<> hurries(duration time) {
        co_await with_deadline(time, sleeps(1s));
        seen += "in time ";
    }

    context& cx;
    timer clock;
    std::string seen;
};

class busy {
  public:
    using accepts = messages<work>;

    busy(context& cx, std::atomic<bool>& began) : cx_{cx}, began_{began} {}

    void on(work) {
        static_cast<void>(cx_.offload(
            [this] {
                began_ = true;
                std::this_thread::sleep_for(20ms);
            },
            [](const result<void>&) {}));
    }

  private:
    context& cx_;
    std::atomic<bool>& began_;
};

} // namespace

TEST_CASE("a time longer than all time never comes") {
    for (const duration time : {duration::max(), duration::max() - 1ns}) {
        testing::kit kit;
        const auto who = kit.spawn<patient>();
        patient& actor = kit.inside<patient>(who);
        std::string expected;
        bool posted = false;
        SUBCASE("for a task that sleeps") {
            actor.cx.run(&patient::sleeps, &actor, time);
        }
        SUBCASE("for a task with a deadline") {
            actor.cx.run(&patient::hurries, &actor, time);
            expected = "awake in time ";
        }
        SUBCASE("for a timer") {
            actor.clock = actor.cx.after(time, beat{});
        }
        SUBCASE("for a timer that goes on and on") {
            actor.clock = actor.cx.every(time, beat{});
        }
        SUBCASE("for an order to stop") {
            actor.cx.stop(who, time);
            expected = "stopping ";
        }
        SUBCASE("for a callback") {
            kit.host().post_after({}, time, [&] { posted = true; }).cancel();
            static_cast<void>(kit.host().post_after({}, time, [&] { posted = true; }));
        }
        kit.run_until_idle();
        kit.advance(10h);
        REQUIRE(kit.alive(who));
        CHECK(actor.seen == expected);
        CHECK_FALSE(posted);
        kit.finish();
    }
}

TEST_CASE("who waits as long as it takes for a system's end waits so long") {
    for (const auto time :
         {std::chrono::nanoseconds::max(), std::chrono::nanoseconds::max() - 1ns}) {
        iapp::system sys;
        std::atomic<bool> began{false};
        const auto who = sys.spawn<busy>({}, std::ref(began));
        REQUIRE(who.send(work{}));
        REQUIRE(eventually([&] { return began.load(); }));
        CHECK(sys.statistics(time));
        CHECK(sys.stop(who, time));
        CHECK(sys.stop(time));
    }
}

} // namespace endless_test
