// Linked actors end together.

#include "actors/mortals.hpp"

#include <string>

using namespace iapp;
using namespace iapp::test;

namespace link_test {

namespace {

// Hears of the ends of those it is linked with instead of ending, too.
class survivor {
  public:
    using accepts = messages<linked_down, quit, fail>;

    survivor(context& cx_, std::vector<linked_down>& heard) : cx{cx_}, heard_{heard} {}

    survivor(survivor&&) = delete;

    void on(linked_down what) { heard_.push_back(what); }

    void on(quit) { cx.stop(); }

    void on(fail) { throw std::runtime_error{"as the test wants it"}; }

    ref_to<survivor> self() { return cx.self(*this); }

    context& cx;

  private:
    std::vector<linked_down>& heard_;
};

// Writes down what it hears in the order in which it hears it.
class diarist {
  public:
    using accepts = messages<hello, linked_down>;

    explicit diarist(std::string& log) : log_{log} {}

    void on(hello) { log_ += "hello "; }

    void on(linked_down) { log_ += "linked_down "; }

  private:
    std::string& log_;
};

// Two linked mortals, and a mourner who monitors both, which alone hears of the second end.
struct linked_pair {
    explicit linked_pair(unsigned on)
        : one{w.spawn<mortal>(0).self()}, other{w.spawn<mortal>(on).self()} {
        cell& first = *w.loop(0).find(one.id());
        id = *first.cx.link(other);
        CHECK(mourns.cx.monitor(one));
        CHECK(mourns.cx.monitor(other));
        w.settle();
    }

    std::vector<down> heard;
    stepped_workers w{2};
    mourner& mourns = w.spawn<mourner>(0, heard);
    ref_to<mortal> one;
    ref_to<mortal> other;
    link_id id;
};

} // namespace

TEST_CASE("when one of two linked actors fails the other fails, too, whoever has linked") {
    for (const unsigned on : {0U, 1U}) {
        for (const bool first : {true, false}) {
            CAPTURE(on);
            CAPTURE(first);
            linked_pair p{on};
            (first ? p.one : p.other).send(fail{});
            p.w.settle();
            REQUIRE(p.heard.size() == 2);
            CHECK(p.heard[0].why == exit_reason::failed);
            CHECK(p.heard[1].why == exit_reason::failed);
            CHECK(p.w.loop(0).bonds().size() == 0);
        }
    }
}

TEST_CASE("when one of two linked actors stops in order the other lives on") {
    for (const unsigned on : {0U, 1U}) {
        for (const bool first : {true, false}) {
            linked_pair p{on};
            (first ? p.one : p.other).send(quit{});
            p.w.settle();
            CHECK(p.heard.size() == 1);
            (first ? p.other : p.one).send(quit{});
            p.w.settle();
            CHECK(p.heard.size() == 2);
        }
    }
}

TEST_CASE("after unlink() each lives for itself") {
    for (const unsigned on : {0U, 1U}) {
        linked_pair p{on};
        p.w.loop(0).find(p.one.id())->cx.unlink(p.id);
        p.w.settle();
        CHECK(p.w.loop(0).bonds().size() == 2); // the monitors
        p.one.send(fail{});
        p.w.settle();
        CHECK(p.heard.size() == 1);
    }
}

TEST_CASE("who accepts linked_down hears of the end and lives on") {
    for (const unsigned on : {0U, 1U}) {
        for (const bool survivor_links : {true, false}) {
            CAPTURE(on);
            CAPTURE(survivor_links);
            std::vector<linked_down> heard;
            stepped_workers w{2};
            auto& lives = w.spawn<survivor>(0, heard);
            auto& dies = w.spawn<mortal>(on);
            if (survivor_links) {
                REQUIRE(lives.cx.link(dies.self()));
            } else {
                REQUIRE(dies.cx.link(lives.self()));
            }
            w.settle();
            const actor_id who = dies.self().actor();
            dies.self().send(fail{});
            w.settle();
            REQUIRE(heard.size() == 1);
            CHECK(heard[0].who == who);
            CHECK(heard[0].why == exit_reason::failed);
            CHECK(w.loop(0).find(lives.self().id()) != nullptr);
        }
    }
}

TEST_CASE("a failure passes along a chain of links over workers") {
    std::vector<down> heard;
    stepped_workers w{3};
    auto& mourns = w.spawn<mourner>(0, heard);
    std::vector<mortal*> chain;
    for (unsigned i = 0; i < 9; ++i) {
        chain.push_back(&w.spawn<mortal>(i % 3));
        REQUIRE(mourns.cx.monitor(chain.back()->self()));
        if (i > 0) {
            REQUIRE(chain[i - 1]->cx.link(chain[i]->self()));
        }
    }
    w.settle();
    chain[4]->self().send(fail{});
    w.settle();
    CHECK(heard.size() == 9);
    for (const down& each : heard) {
        CHECK(each.why == exit_reason::failed);
    }
    CHECK(w.loop(1).statistics().actors.actors_failed == 1); // the others did nothing wrong
}

TEST_CASE("to link with an actor that is gone is to fail, or to hear of it") {
    for (const unsigned on : {0U, 1U}) {
        std::vector<linked_down> heard;
        std::vector<down> mourned;
        stepped_workers w{2};
        auto& gone = w.spawn<mortal>(on);
        const auto name = gone.self();
        name.send(quit{});
        w.settle();
        auto& lives = w.spawn<survivor>(0, heard);
        auto& dies = w.spawn<mortal>(0);
        REQUIRE(w.spawn<mourner>(0, mourned).cx.monitor(dies.self()));
        REQUIRE(lives.cx.link(name));
        REQUIRE(dies.cx.link(name));
        w.settle();
        REQUIRE(heard.size() == 1);
        CHECK(heard[0].why == exit_reason::gone);
        REQUIRE(mourned.size() == 1);
        CHECK(mourned[0].why == exit_reason::failed);
    }
}

TEST_CASE("an actor whose constructor links and then throws takes the other with it") {
    struct stillborn {
        using accepts = messages<quit>;

        stillborn(context& cx, ref<quit> other) {
            REQUIRE(cx.link(other));
            throw std::runtime_error{"as the test wants it"};
        }

        void on(quit) {}
    };

    for (const unsigned on : {0U, 1U}) {
        std::vector<down> heard;
        stepped_workers w{2};
        auto& other = w.spawn<mortal>(on);
        REQUIRE(w.spawn<mourner>(0, heard).cx.monitor(other.self()));
        w.settle();
        CHECK_FALSE(w.loop(0).spawn<stillborn>(other.self()));
        w.settle();
        REQUIRE(heard.size() == 1);
        CHECK(heard[0].why == exit_reason::failed);
    }
}

TEST_CASE("a link with an actor on its way to its worker holds from its birth") {
    for (const bool other_fails_first : {true, false}) {
        std::vector<down> heard;
        stepped_workers w{3, {.ring_messages_max = 2}};
        auto& from = w.spawn<mourner>(0, heard);
        auto& linked = w.spawn<mortal>(2);
        const auto in_the_way = w.spawn<mourner>(1, heard).self();
        ref_to<mortal> coming;
        w.in_turn(0, [&] {
            for (int i = 0; i < 8; ++i) {
                in_the_way.send(hello{});
            }
            coming = from.cx.spawn<mortal>({.on = worker{1}});
            REQUIRE(from.cx.monitor(coming));
            REQUIRE(from.cx.monitor(linked.self()));
        });
        w.in_turn(2, [&] { REQUIRE(linked.cx.link(coming)); });
        w.step(1);
        CHECK(w.loop(1).unborn(coming.id()));
        if (other_fails_first) {
            w.in_turn(2, [&] { linked.self().send(fail{}); });
            w.step(1);
            CHECK(w.loop(1).unborn(coming.id()));
        } else {
            REQUIRE(coming.send(fail{}));
        }
        w.settle();
        REQUIRE(heard.size() == 2);
        CHECK(heard[0].who != heard[1].who);
        for (const down& each : heard) {
            // The news may be older than the request of one that the full ring has held up.
            CHECK((each.why == exit_reason::failed ||
                   (each.who == coming.actor() && each.why == exit_reason::gone)));
        }
    }
}

TEST_CASE("who fails before the one he is linked with is born: what he sent is heard first") {
    std::string log;
    std::vector<down> heard;
    stepped_workers w{3, {.ring_messages_max = 2}};
    auto& from = w.spawn<mourner>(0, heard);
    auto& linked = w.spawn<mortal>(2);
    const auto in_the_way = w.spawn<mourner>(1, heard).self();
    ref_to<diarist> coming;
    w.in_turn(0, [&] {
        for (int i = 0; i < 8; ++i) {
            in_the_way.send(hello{});
        }
        coming = from.cx.spawn<diarist>({.on = worker{1}}, std::ref(log));
    });
    w.in_turn(2, [&] {
        coming.send(hello{});
        REQUIRE(linked.cx.link(coming));
        coming.send(hello{});
        linked.self().send(fail{});
    });
    for (int i = 0; i < 4; ++i) {
        w.step(1);
        w.step(2);
    }
    CHECK(w.loop(1).unborn(coming.id()));
    CHECK(w.loop(2).statistics().actors.actors_failed == 1);
    w.settle();
    CHECK(log == "hello hello linked_down ");
}

} // namespace link_test
