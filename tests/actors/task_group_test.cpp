// Several tasks side by side: all, any, with_deadline.

#include "support/tasks.hpp"

#include <iapp/actors/task_group.hpp>
#include <iapp/actors/with_deadline.hpp>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace task_group_test {

namespace {

// Gives `value` after so many seconds, at once if none.
task<int> later(scripted& me, int seconds, int value) {
    const trace mine{me.seen, std::to_string(value)};
    if (seconds > 0) {
        co_await me.cx.sleep(std::chrono::seconds{seconds});
    }
    co_return value;
}

task<int> failing(scripted& me, int seconds, std::string why) {
    const trace mine{me.seen, why};
    if (seconds > 0) {
        co_await me.cx.sleep(std::chrono::seconds{seconds});
    }
    throw std::runtime_error{why};
}

task<> nothing(scripted& me, int seconds) {
    co_await me.cx.sleep(std::chrono::seconds{seconds});
}

// Notes what a task gives or throws.
task<> noted(scripted& me, task<int> what) {
    try {
        me.note("got " + std::to_string(co_await std::move(what)));
    } catch (const std::exception& e) {
        me.note(std::string{"failed: "} + e.what());
    }
}

task<int> sum_at_once(scripted& me) {
    const auto [a, b] = co_await all(later(me, 0, 1), later(me, 0, 2));
    co_return a + b;
}

task<int> sum_of_all(scripted& me, int first_seconds, int second_seconds) {
    const auto [a, b, nothing_at_all] = co_await all(
        later(me, first_seconds, 1), later(me, second_seconds, 2), nothing(me, second_seconds));
    static_assert(std::is_same_v<decltype(nothing_at_all), const std::monostate>);
    co_return a + b;
}

task<> waits_for_both(scripted& me) {
    co_await all(nothing(me, 1), nothing(me, 2));
    me.note("both");
}

task<int> all_with_failure(scripted& me, int failing_after) {
    const auto [a, b, c] =
        co_await all(later(me, 5, 1), failing(me, failing_after, "no"), later(me, 5, 3));
    co_return a + b + c;
}

task<int> any_of_two(scripted& me, int first_seconds, int second_seconds) {
    co_return co_await any(later(me, first_seconds, 1), later(me, second_seconds, 2));
}

task<int> any_with_failure(scripted& me, int failing_after, int other_after) {
    co_return co_await any(failing(me, failing_after, "no"), later(me, other_after, 2));
}

task<int> any_of_failures(scripted& me, int first_seconds, int second_seconds) {
    co_return co_await any(failing(me, first_seconds, "one"), failing(me, second_seconds, "two"));
}

task<int> limited(scripted& me, int seconds) {
    co_return co_await with_deadline(2s, later(me, seconds, 1));
}

task<int> unlimited(scripted& me, int seconds) {
    co_return co_await with_deadline(duration::max(), later(me, seconds, 1));
}

task<int> overslept(scripted& me) {
    co_await me.cx.sleep(duration::max());
    co_return 1;
}

task<int> limited_failure(scripted& me) {
    co_return co_await with_deadline(2s, failing(me, 1, "no"));
}

task<int> limited_as_result(scripted& me, int seconds) {
    const result<int> got = co_await with_deadline(2s, later(me, seconds, 1)).as_result();
    co_return got ? *got : got.error() == std::errc::timed_out ? -1 : -2;
}

task<int> groups_as_results(scripted& me) {
    const auto both = co_await all(later(me, 1, 1), later(me, 1, 2)).as_result();
    const result<int> first = co_await any(later(me, 1, 10), later(me, 2, 20)).as_result();
    co_return std::get<0>(*both) + std::get<1>(*both) + *first;
}

template <class... Args>
journal outcome(task<int> (*what)(scripted&, Args...), std::type_identity_t<Args>... args) {
    scripted_worker world;
    auto* const noting = +[](scripted& me, task<int> (*f)(scripted&, Args...), Args... rest) {
        return noted(me, f(me, rest...));
    };
    world.play(noting, what, args...);
    for (int second = 0; second < 6; ++second) {
        world.worker.pass(1s, 3);
    }
    CHECK(world.worker.loop().io().timers().armed() == 0);
    return world.actor.seen;
}

} // namespace

TEST_CASE("all() gives what each of its tasks returns, in their order") {
    CHECK(outcome(&sum_of_all, 2, 1) == journal{"end of 2", "end of 1", "got 3"});
    CHECK(outcome(&sum_at_once) == journal{"end of 1", "end of 2", "got 3"});
    CHECK(outcome(&sum_of_all, 0, 1) == journal{"end of 1", "end of 2", "got 3"});
}

TEST_CASE("all() of tasks that return nothing waits for them") {
    scripted_worker world;
    world.play(&waits_for_both);
    world.worker.pass(1s);
    CHECK(world.actor.seen.empty());
    world.worker.pass(1s);
    CHECK(world.actor.seen == journal{"both"});
}

TEST_CASE("the first failure in all() ends the other tasks, the last begun first, and is thrown") {
    CHECK(outcome(&all_with_failure, 1) ==
          journal{"end of no", "end of 3", "end of 1", "failed: no"});
}

TEST_CASE("a task of all() that fails at once ends those before it, and those after do not begin") {
    CHECK(outcome(&all_with_failure, 0) == journal{"end of no", "end of 1", "failed: no"});
}

TEST_CASE("the first success in any() ends the other tasks") {
    CHECK(outcome(&any_of_two, 2, 1) == journal{"end of 2", "end of 1", "got 2"});
    CHECK(outcome(&any_of_two, 1, 2) == journal{"end of 1", "end of 2", "got 1"});
    CHECK(outcome(&any_of_two, 0, 1) == journal{"end of 1", "got 1"});
}

TEST_CASE("any() goes on when a task fails, and throws the last failure when all do") {
    CHECK(outcome(&any_with_failure, 1, 2) == journal{"end of no", "end of 2", "got 2"});
    CHECK(outcome(&any_with_failure, 0, 1) == journal{"end of no", "end of 2", "got 2"});
    CHECK(outcome(&any_of_failures, 1, 2) == journal{"end of one", "end of two", "failed: two"});
    CHECK(outcome(&any_of_failures, 2, 1) == journal{"end of two", "end of one", "failed: one"});
    CHECK(outcome(&any_of_failures, 0, 0) == journal{"end of one", "end of two", "failed: two"});
}

TEST_CASE("with_deadline() gives what its task gives in time, and ends it after that") {
    CHECK(outcome(&limited, 1) == journal{"end of 1", "got 1"});
    CHECK(outcome(&limited, 0) == journal{"end of 1", "got 1"});
    CHECK(outcome(&limited_failure) == journal{"end of no", "failed: no"});
    const journal late = outcome(&limited, 3);
    REQUIRE(late.size() == 2);
    CHECK(late[0] == "end of 1");
    CHECK(late[1] == "failed: " + std::make_error_code(std::errc::timed_out).message());
}

TEST_CASE("a deadline and a sleep beyond all time never end") {
    CHECK(outcome(&unlimited, 3) == journal{"end of 1", "got 1"});
    scripted_worker world;
    world.play(+[](scripted& me) { return noted(me, overslept(me)); });
    world.worker.pass(24h * 365);
    CHECK(world.actor.seen.empty());
}

TEST_CASE("groups and deadlines give errors as values when asked to") {
    CHECK(outcome(&limited_as_result, 1).back() == "got 1");
    CHECK(outcome(&limited_as_result, 3).back() == "got -1");
    CHECK(outcome(&groups_as_results).back() == "got 13");
}

} // namespace task_group_test
