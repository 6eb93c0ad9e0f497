// Actors that are found by name.

#include "actors/errands.hpp"

#include <doctest/doctest.h>

#include <latch>

using namespace iapp;
using namespace iapp::test;

namespace name_test {

namespace {

class never {
  public:
    using accepts = messages<>;

    never() { throw std::runtime_error{"as the test wants it"}; }
};

} // namespace

TEST_CASE("an actor is found by its name from everywhere, at once") {
    checked_system sys{{.workers = 3}};
    for (const unsigned where : {0U, 1U, 2U}) {
        const std::string name = "counter " + std::to_string(where);
        const auto made = sys->spawn<counter>({.name = name, .on = worker{where}});
        REQUIRE(made);
        const auto by_system = sys->find<add, total>(name, patience());
        REQUIRE(by_system);
        CHECK(*by_system == made);
        for (const unsigned from : {0U, 1U, 2U}) {
            by_actor(sys, from, [&](context& cx) {
                const result<ref<add>> found = cx.find<add>(name);
                REQUIRE(found);
                CHECK(found->actor() == made.actor());
            });
        }
    }
}

TEST_CASE("what nobody is called, and what the actor does not accept, are errors") {
    checked_system sys{{.workers = 2}};
    REQUIRE(sys->spawn<counter>({.name = "counter", .on = {1}}));
    CHECK(sys->find<add>("nobody", patience()).error() == actor_error::no_such_name);
    CHECK(sys->find<add, errand>("counter", patience()).error() == actor_error::unaccepted);
    CHECK(sys->find<>("counter", patience()));
    by_actor(sys, 0, [](context& cx) {
        CHECK(cx.find<add>("nobody").error() == actor_error::no_such_name);
        CHECK(cx.find<errand>("counter").error() == actor_error::unaccepted);
    });
    CHECK(make_error_code(actor_error::no_such_name).message() == "no actor goes by that name");
}

TEST_CASE("a name belongs to one actor, and an actor that would have it too is not made") {
    checked_system sys{{.workers = 3}};
    const auto first = sys->spawn<counter>({.name = "counter", .on = {1}});
    CHECK(first);
    CHECK_FALSE(sys->spawn<counter>({.name = "counter", .on = {1}}));
    CHECK_FALSE(sys->spawn<counter>({.name = "counter", .on = {2}}));
    by_actor(sys, 2, [](context& cx) {
        CHECK_FALSE(cx.spawn<counter>({.name = "counter"}));
        CHECK_FALSE(cx.spawn<counter>({.name = "counter", .on = worker{1}}));
    });
    CHECK(sys->find<add>("counter", patience())->actor() == first.actor());
    CHECK(sys.stop().actors.actors_failed == 2);
}

TEST_CASE("a name is free again when its actor has ended or was never born") {
    checked_system sys{{.workers = 3}};
    CHECK_FALSE(sys->spawn<never>({.name = "phoenix", .on = {2}}));
    for (unsigned i = 0; i < 60; ++i) {
        const auto made = sys->spawn<counter>({.name = "phoenix", .on = {i % 3}});
        REQUIRE(made);
        CHECK(sys->find<add>("phoenix", patience())->actor() == made.actor());
        REQUIRE(sys->stop(made, patience()));
    }
    CHECK(eventually([&] {
        return sys->find<add>("phoenix", patience()).error() == actor_error::no_such_name;
    }));
}

TEST_CASE("of two actors that get one name at the same moment on two workers, one fails") {
    for (int round = 0; round < 30; ++round) {
        checked_system sys{{.workers = 3}};
        std::latch both{2};
        const auto make = [&](context& cx) {
            both.arrive_and_wait();
            CHECK(cx.spawn<counter>({.name = "counter", .detached = true}));
        };
        const auto one = sys->spawn<runner>({.on = {1}});
        const auto two = sys->spawn<runner>({.on = {2}});
        one.send(errand{make});
        two.send(errand{make});
        CHECK(eventually([&] {
            const worker_counters now = sys->statistics(patience())->actors;
            return now.actors_failed == 1 && now.actors_ended == 1;
        }));
        const auto winner = sys->find<add, total>("counter", patience());
        REQUIRE(winner);
        CHECK(sys.ask<total>(*winner) == 0); // it lives
        CHECK(eventually([&] {               // the news gets to everybody
            bool known = false;
            for (const unsigned from : {1U, 2U}) {
                by_actor(sys, from, [&](context& cx) {
                    const auto found = cx.find<add>("counter");
                    known = found && found->actor() == winner->actor();
                });
            }
            return known;
        }));
    }
}

TEST_CASE("an actor that is spawned on another worker has its name there") {
    checked_system sys{{.workers = 3}};
    by_actor(sys, 1, [](context& cx) {
        CHECK(cx.spawn<counter>({.name = "away", .on = worker{2}, .detached = true}));
        // Nobody knows of the first one yet; one of the two comes first.
        CHECK(cx.spawn<counter>({.name = "away", .on = worker{2}, .detached = true}));
    });
    CHECK(eventually([&] { return sys->find<add>("away", patience()).operator bool(); }));
    CHECK(eventually([&] { return sys->statistics(patience())->actors.actors_failed == 1; }));
}

} // namespace name_test
