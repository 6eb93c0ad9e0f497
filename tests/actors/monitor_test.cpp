// Who monitors an actor hears of its end, once.

#include "actors/mortals.hpp"

using namespace iapp;
using namespace iapp::test;

namespace monitor_test {

namespace {

// A mourner on worker 0, and its monitor of a mortal on the worker of the case.
struct watched_pair {
    explicit watched_pair(unsigned on) : other_worker{on}, whom{w.spawn<mortal>(on).self()} {
        id = *from.cx.monitor(whom);
        w.settle();
    }

    std::vector<down> heard;
    unsigned other_worker;
    stepped_workers w{2};
    mourner& from = w.spawn<mourner>(0, heard);
    ref_to<mortal> whom;
    monitor_id id;
};

} // namespace

TEST_CASE("a monitor hears once of an actor's end, and why it ended") {
    for (const unsigned on : {0U, 1U}) {
        CAPTURE(on);
        watched_pair p{on};
        CHECK(p.heard.empty());
        p.whom.send(quit{});
        p.w.settle();
        REQUIRE(p.heard.size() == 1);
        CHECK(p.heard[0].who == p.whom.actor());
        CHECK(p.heard[0].why == exit_reason::stopped);
        CHECK(p.heard[0].by == p.id);
        CHECK(p.w.loop(0).bonds().size() == 0);
    }
}

TEST_CASE("a monitor hears of an actor that failed") {
    for (const unsigned on : {0U, 1U}) {
        watched_pair p{on};
        p.whom.send(fail{});
        p.w.settle();
        REQUIRE(p.heard.size() == 1);
        CHECK(p.heard[0].why == exit_reason::failed);
    }
}

TEST_CASE("who monitors an actor that is gone is told so at once") {
    for (const unsigned on : {0U, 1U}) {
        watched_pair p{on};
        p.from.cx.unmonitor(p.id);
        p.whom.send(quit{});
        p.w.settle();
        CHECK(p.heard.empty());
        const monitor_id late = *p.from.cx.monitor(p.whom);
        CHECK(p.heard.empty()); // by a message, not within the call
        p.w.settle();
        REQUIRE(p.heard.size() == 1);
        CHECK(p.heard[0].why == exit_reason::gone);
        CHECK(p.heard[0].by == late);
    }
}

TEST_CASE("many monitors of one actor hear each for itself") {
    std::vector<down> heard;
    stepped_workers w{3};
    auto& whom = w.spawn<mortal>(1);
    std::vector<monitor_id> asked;
    for (unsigned i = 0; i < 30; ++i) {
        asked.push_back(*w.spawn<mourner>(i % 3, heard).cx.monitor(whom.self()));
    }
    auto& twice = w.spawn<mourner>(0, heard);
    CHECK(*twice.cx.monitor(whom.self()) != *twice.cx.monitor(whom.self()));
    w.settle();
    whom.self().send(quit{});
    w.settle();
    CHECK(heard.size() == 32);
}

TEST_CASE("nothing arrives after unmonitor(), not even what is on its way") {
    for (const unsigned on : {0U, 1U}) {
        watched_pair p{on};
        auto& whom = detail::actor_in<mortal>(*p.w.loop(on).find(p.whom.id()));
        if (on == 0) {
            whom.at_end = [&] { p.from.cx.unmonitor(p.id); };
        }
        p.whom.send(quit{});
        p.w.step(on);
        p.from.cx.unmonitor(p.id);
        p.from.cx.unmonitor(p.id); // harmless
        p.w.settle();
        CHECK(p.heard.empty());
        p.from.cx.unmonitor(p.id);
        p.from.cx.unmonitor({});
        p.w.settle();
        CHECK(p.w.loop(0).bonds().size() == 0);
    }
}

TEST_CASE("an actor cannot end the monitor of another") {
    watched_pair p{0};
    std::vector<down> other_heard;
    auto& other = p.w.spawn<mourner>(0, other_heard);
    other.cx.unmonitor(p.id);
    p.whom.send(quit{});
    p.w.settle();
    CHECK(p.heard.size() == 1);
}

TEST_CASE("when the one who monitors ends first, the other's worker forgets him") {
    for (const unsigned on : {0U, 1U}) {
        watched_pair p{on};
        CHECK_FALSE(p.w.loop(on).find(p.whom.id())->attached.empty());
        p.from.self().send(quit{});
        p.w.settle();
        CHECK(p.w.loop(0).bonds().size() == 0);
        CHECK(p.w.loop(on).find(p.whom.id())->attached.empty());
        p.whom.send(quit{});
        p.w.settle();
        CHECK(p.heard.empty());
        CHECK(p.w.loop(on).find(p.whom.id()) == nullptr);
    }
}

TEST_CASE("both may end at the same time") {
    for (const unsigned on : {0U, 1U}) {
        watched_pair p{on};
        p.whom.send(fail{});
        p.from.self().send(fail{});
        p.w.settle();
        CHECK(p.heard.empty());
        CHECK(p.w.loop(0).bonds().size() == 0);
    }
}

TEST_CASE("what an actor sends, up to its destructor, comes before the news of its end") {
    for (const unsigned on : {0U, 1U}) {
        watched_pair p{on};
        int hellos_before = -1;
        p.from.then = [&] { hellos_before = p.from.hellos; };
        auto& whom = detail::actor_in<mortal>(*p.w.loop(on).find(p.whom.id()));
        whom.at_end = [&, to = p.from.self()] {
            for (int i = 0; i < 200; ++i) {
                to.send(hello{});
            }
        };
        p.whom.send(quit{});
        p.w.settle();
        CHECK(hellos_before == 200);
    }
}

TEST_CASE("news of a death comes through when the mail is at its limit") {
    std::vector<down> heard;
    stepped_workers w{2, {.local_messages_max = 4, .outbox_messages_max = 4}};
    auto& from = w.spawn<mourner>(0, heard);
    for (const unsigned on : {0U, 1U}) {
        CAPTURE(on);
        heard.clear();
        auto& whom = w.spawn<mortal>(on);
        REQUIRE(from.cx.monitor(whom.self()));
        w.settle();
        int refused = 0;
        whom.at_end = [&, to = from.self()] {
            while (to.send(hello{})) {
            }
            ++refused;
        };
        whom.self().send(quit{});
        w.settle();
        CHECK(refused == 1);
        CHECK(heard.size() == 1);
    }
}

TEST_CASE("an actor may be monitored from the beginning of its construction") {
    struct beginner {
        using accepts = messages<quit>;

        beginner(context& cx, mourner& watching, bool fails) : cx_{cx} {
            CHECK(watching.cx.monitor(cx.self(*this)));
            if (fails) {
                throw std::runtime_error{"as the test wants it"};
            }
        }

        void on(quit) { cx_.stop(); }

        context& cx_;
    };

    std::vector<down> heard;
    stepped_workers w{1};
    auto& watching = w.spawn<mourner>(0, heard);
    auto& begun = w.spawn<beginner>(0, watching, false);
    w.settle();
    CHECK(heard.empty());
    begun.cx_.self(begun).send(quit{});
    w.settle();
    REQUIRE(heard.size() == 1);
    CHECK(heard[0].why == exit_reason::stopped);
    CHECK_FALSE(w.loop(0).spawn<beginner>(watching, true));
    w.settle();
    REQUIRE(heard.size() == 2);
    CHECK(heard[1].why == exit_reason::failed);
}

TEST_CASE("nobody, oneself, and actors of other systems cannot be monitored") {
    std::vector<down> heard;
    stepped_workers w{1, {.bonds_max = 1}};
    stepped_workers others{1};
    auto& from = w.spawn<mourner>(0, heard);
    CHECK(from.cx.monitor(ref<quit>{}).error() == std::errc::invalid_argument);
    CHECK(from.cx.monitor(from.self()).error() == std::errc::invalid_argument);
    CHECK(from.cx.monitor(others.spawn<mortal>(0).self()).error() ==
          std::errc::operation_not_supported);
    CHECK(from.cx.monitor(w.spawn<mortal>(0).self()));
    CHECK(from.cx.monitor(w.spawn<mortal>(0).self()).error() == std::errc::no_buffer_space);
}

TEST_CASE("the end of a system ends all monitors, whoever ends first") {
    for (const unsigned on : {0U, 1U, 2U}) {
        std::vector<down> heard;
        stepped_workers w{3};
        auto& from = w.spawn<mourner>(1, heard);
        auto& whom = w.spawn<mortal>(on);
        auto& later = w.spawn<mortal>(on);
        REQUIRE(from.cx.monitor(whom.self()));
        w.settle();
        REQUIRE(from.cx.monitor(later.self())); // its request is still under way
        w.end();
        CHECK(heard.empty());
    }
}

namespace {

// Fails in its construction if the test wants it.
class newcomer {
  public:
    using accepts = messages<quit>;

    newcomer(context& cx, bool fails) : cx_{cx} {
        if (fails) {
            throw std::runtime_error{"as the test wants it"};
        }
    }

    void on(quit) { cx_.stop(); }

  private:
    context& cx_;
};

// A newcomer is on its way from worker 0 to worker 1, held up by a full ring, and monitored there
// before it arrives: by actors of the workers 1 and 2, and by the one who has sent it.
struct arrival {
    explicit arrival(bool fails) {
        w.in_turn(0, [this, fails] {
            const auto in_the_way = w.spawn<mourner>(1, heard).self();
            while (in_the_way.send(hello{}) && ++sent < 8) {
            }
            coming = watching[0]->cx.spawn<newcomer>({.on = worker{1}}, fails);
            REQUIRE(watching[0]->cx.monitor(coming));
        });
        w.in_turn(2, [this] { REQUIRE(watching[2]->cx.monitor(coming)); });
        w.in_turn(1, [this] { id = *watching[1]->cx.monitor(coming); });
        CHECK(w.loop(1).unborn(coming.id()));
    }

    std::vector<down> heard;
    stepped_workers w{3, {.ring_messages_max = 2}};
    std::vector<mourner*> watching{&w.spawn<mourner>(0, heard), &w.spawn<mourner>(1, heard),
                                   &w.spawn<mourner>(2, heard)};
    int sent = 0;
    ref<quit> coming;
    monitor_id id;
};

} // namespace

TEST_CASE("an actor may be monitored while it is on its way to its worker") {
    arrival a{false};
    CHECK(a.heard.empty());
    a.w.settle();
    CHECK(a.heard.empty());
    a.coming.send(quit{});
    a.w.settle();
    REQUIRE(a.heard.size() == 3);
    for (const down& each : a.heard) {
        CHECK(each.why == exit_reason::stopped);
    }
}

TEST_CASE("a constructor that fails on another worker is a down to all who monitor its ref") {
    arrival a{true};
    a.w.settle();
    REQUIRE(a.heard.size() == 3);
    for (const down& each : a.heard) {
        CHECK(each.why == exit_reason::failed);
    }
}

TEST_CASE("who monitors an actor on its way may let go of it, or end") {
    arrival a{false};
    a.w.in_turn(1, [&] { a.watching[1]->cx.unmonitor(a.id); });
    a.w.in_turn(2, [&] { a.watching[2]->self().send(fail{}); });
    a.w.step(1);
    CHECK(a.w.loop(1).unborn(a.coming.id()));
    a.w.settle();
    a.coming.send(quit{});
    a.w.settle();
    REQUIRE(a.heard.size() == 1);
    CHECK(a.heard[0].why == exit_reason::stopped);
}

TEST_CASE("a system may stop while an actor is on its way that is monitored already") {
    arrival a{false};
    a.w.end();
    CHECK(a.heard.empty());
}

} // namespace monitor_test
