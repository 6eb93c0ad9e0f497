// The place of an order to stop: behind what waits in its actor's mailbox, and behind its birth.

#include "actors/errands.hpp"
#include "support/stepped_workers.hpp"

#include <iapp/actors/awaited_stop.hpp>

#include <doctest/doctest.h>

#include <latch>
#include <memory>
#include <thread>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace stop_place_test {

namespace {

class adder {
  public:
    using accepts = messages<add>;

    explicit adder(int& sum) : sum_{sum} {}

    void on(add what) { sum_ += what.value; }

  private:
    int& sum_;
};

// Has something to finish when it is told to stop.
class careful {
  public:
    using accepts = messages<add, stopping>;

    careful(context& cx, int& sum) : cx_{cx}, sum_{sum} {}

    void on(add what) { sum_ += what.value; }

    void on(stopping) {
        sum_ += 100;
        cx_.stop();
    }

  private:
    context& cx_;
    int& sum_;
};

// An actor of that worker with so much room in its mailbox.
template <class A>
actor_id limited(stepped_workers& w, unsigned on, std::size_t limit, int& sum) {
    cell* const made = w.loop(on).spawn_cell<A>({.limit = limit}, sum);
    REQUIRE(made != nullptr);
    return {&w.loop(on), made->id};
}

void send(const actor_id& whom, int value) {
    worker_loop::send(whom.home, whom.slot.to_word(), message_type_of<add>, add{value});
}

// Spawns an adder on worker 1 from worker 0, and f(adder) by another thread, which is faster than
// it: all that it sends there is there before the adder.
template <class F>
void spawn_slowly(checked_system& sys, int& sum, F f) {
    by_actor(sys, 0, [&](context& cx) {
        const ref<add> made = cx.spawn<adder>({.on = {1}}, std::ref(sum));
        std::latch arrived{1};
        std::thread faster{[&] {
            f(made);
            CHECK(sys->post(worker{1}, [&] { arrived.count_down(); }));
        }};
        arrived.wait();
        faster.join();
    });
}

std::uint64_t ended(stepped_workers& w) {
    return w.statistics().actors.actors_ended;
}

} // namespace

TEST_CASE_TEMPLATE("an order to stop keeps its place in a mailbox with a limit", A, adder,
                   careful) {
    const int goodbye = std::is_same_v<A, careful> ? 100 : 0;
    for (const unsigned from : {0U, 1U}) {
        CAPTURE(from);
        int sum = 0;
        stepped_workers w{2};
        const actor_id whom = limited<A>(w, 0, 5, sum);
        w.in_turn(0, [&] { send(whom, 1); }); // so that what comes from elsewhere waits, too
        w.in_turn(from, [&] {
            send(whom, 2);
            send(whom, 3);
            CHECK(send_stop(whom, {}));
            CHECK(send_stop(whom, {}));
            send(whom, 1'000);
        });
        w.settle();
        CHECK(sum == 6 + goodbye);
        CHECK(ended(w) == 1);
        CHECK(dead_letters(w.statistics(), dead_letter::stale) == 1);
    }
}

TEST_CASE("an order to stop is never refused by a mailbox, nor dropped") {
    for (const overflow policy : {overflow::refuse, overflow::drop_newest, overflow::drop_oldest}) {
        int sum = 0;
        stepped_workers w{1};
        cell* const made = w.loop(0).spawn_cell<adder>({.limit = 1, .when_full = policy}, sum);
        const actor_id whom{&w.loop(0), made->id};
        w.in_turn(0, [&] {
            send(whom, 1);
            CHECK(send_stop(whom, {}));
            send(whom, 1);
        });
        w.settle();
        CHECK(sum == (policy == overflow::drop_oldest ? 0 : 1)); // which the last one drops
        CHECK(ended(w) == 1);
    }
}

TEST_CASE("the deadline of an order to stop counts from its arrival, not from its turn") {
    constexpr int messages = 3'000; // more than an actor gets in a turn of its worker
    int sum = 0;
    stepped_workers w{1};
    const actor_id whom = limited<careful>(w, 0, messages, sum);
    w.in_turn(0, [&] {
        for (int i = 0; i < messages; ++i) {
            send(whom, 1);
        }
        CHECK(send_stop(whom, {.within = 10ms}));
    });
    CHECK(sum > 0);
    w.pass(11ms);
    CHECK(sum < messages);
    CHECK(ended(w) == 1);
}

TEST_CASE("who stops his children when he ends does not wait for their mailboxes") {
    int sum = 0;
    stepped_workers w{2};
    const actor_id whom = limited<adder>(w, 1, 5, sum);
    w.in_turn(1, [&] {
        send(whom, 1);
        CHECK(send_stop(whom, {.in_good_order = false}));
    });
    w.settle();
    CHECK(ended(w) == 1);
}

TEST_CASE("an actor may be stopped before it is born, and hears what was sent before") {
    for (const bool awaited : {false, true}) {
        int sum = 0;
        auto slot = std::make_shared<reply_slot<exit_reason>>();
        checked_system sys{{.workers = 2}};
        spawn_slowly(sys, sum, [&](const ref<add>& made) {
            CHECK(made.send(add{1}));
            if (awaited) {
                CHECK(worker_loop::send(made.actor().home, made.id().to_word(),
                                        self_running_type<awaited_stop>, awaited_stop{{}, slot}));
            } else {
                CHECK(send_stop(made.actor(), {}));
            }
            CHECK(made.send(add{1'000}));
        });
        CHECK(eventually([&] {
            const result<worker_statistics> now = sys->statistics(patience());
            return now && now->actors.actors_ended == 1;
        }));
        CHECK((!awaited || slot->answered().wait(patience())));
        sys.stop();
        CHECK(sum == 1);
    }
}

TEST_CASE("what comes for an actor before its birth has a limit") {
    int sum = 0;
    checked_system sys{{.workers = 2, .limits = {.local_messages_max = 4}}};
    spawn_slowly(sys, sum, [](const ref<add>& made) {
        for (int i = 0; i < 6; ++i) {
            CHECK(made.send(add{1}));
        }
    });
    CHECK(eventually([&] {
        const result<worker_statistics> now = sys->statistics(patience());
        return now && now->actors.actors_spawned == 2; // with its spawner
    }));
    const worker_statistics last = sys.stop();
    CHECK(sum == 4);
    CHECK(dead_letters(last, dead_letter::refused) == 2);
}

} // namespace stop_place_test
