// How a fast sender paces itself: room() and when_room().

#include "actors/errands.hpp"

#include <doctest/doctest.h>

using namespace iapp;
using namespace iapp::test;

namespace room_test {

namespace {

struct item {
    std::uint64_t number = 0;
};

// Takes two parcels.
struct wide_item {
    std::uint64_t number = 0;
    std::array<std::uint64_t, 5> more{};
};

using to_sink = ref<item, wide_item>;

// Checks that all comes in order.
class sink {
  public:
    using accepts = messages<item, wide_item, total>;

    void on(item what) { take(what.number); }

    void on(wide_item what) { take(what.number); }

    int on(total) { return in_order_ ? static_cast<int>(next_) : -1; }

  private:
    void take(std::uint64_t number) { in_order_ = in_order_ && number == next_++; }

    std::uint64_t next_ = 0;
    bool in_order_ = true;
};

struct go {};

// Sends as fast as there is room, and asks for more.
class fast {
  public:
    using accepts = messages<go>;

    fast(context& cx, to_sink to, std::uint64_t count) : cx_{cx}, to_{to}, count_{count} {}

    fast(fast&&) = delete;

    void on(go) {
        while (sent_ < count_ && cx_.room(to_) > 0) {
            CHECK((sent_ % 3 == 0 ? to_.send(wide_item{sent_}) : to_.send(item{sent_})));
            ++sent_;
        }
        if (sent_ < count_) {
            cx_.when_room(to_, go{});
        }
    }

  private:
    context& cx_;
    const to_sink to_;
    const std::uint64_t count_;
    std::uint64_t sent_ = 0;
};

void flood(const worker_limits& limits, unsigned from, int count) {
    checked_system sys{{.workers = 2, .limits = limits}};
    const auto to = sys->spawn<sink>({.on = {0}});
    sys->spawn<fast>({.on = {from}}, to_sink{to}, std::uint64_t(count)).send(go{});
    CHECK(eventually([&] { return sys.ask<total>(to) == count; }));
    CHECK(dead_letters(sys.stop()) == 0);
}

} // namespace

TEST_CASE("a sender that asks for room is never refused by another worker, and all arrives") {
    flood({.outbox_messages_max = 16, .ring_messages_max = 8}, 1, 20'000);
    flood({.outbox_messages_max = 3, .ring_messages_max = 4}, 1, 5'000);
    flood({}, 1, 100'000);
}

TEST_CASE("a sender that asks for room is never refused by its own worker") {
    flood({.local_messages_max = 4}, 0, 5'000);
    flood({}, 0, 100'000);
}

TEST_CASE("room is what send would take, counted in the largest message of the ref") {
    checked_system sys{{.workers = 2, .limits = {.outbox_messages_max = 10}}};
    const auto to = sys->spawn<sink>({.on = {1}});
    const auto from = sys->spawn<runner>({.on = {0}});
    std::atomic<bool> done{false};
    from.send(errand{[&](context& cx) {
        const ref<item> narrow = to;
        CHECK(cx.room(ref<item>{}) == 0);
        CHECK(cx.room(narrow) == 10);
        CHECK(cx.room(to) == 5);
        narrow.send(item{0});
        CHECK(cx.room(narrow) == 9);
        CHECK(cx.room(to) == 4);
        for (std::uint64_t i = 1; i < 5; ++i) {
            CHECK(to.send(wide_item{i}));
        }
        CHECK(cx.room(to) == 0);
        CHECK(cx.room(narrow) == 1);
        CHECK_FALSE(to.send(wide_item{}));
        CHECK(to.send(item{5}));
        CHECK(cx.room(narrow) == 0);
        CHECK_FALSE(to.send(item{}));
        done = true;
    }});
    CHECK(eventually([&] { return done.load(); }));
    CHECK(eventually([&] { return sys.ask<total>(to) == 6; }));
    CHECK(dead_letters(sys.stop(), dead_letter::refused) == 2);
}

TEST_CASE("a local queue that is beyond its limit has no room") {
    checked_system sys{{.limits = {.local_messages_max = 4}}};
    const auto to = sys->spawn<sink>({});
    std::atomic<bool> done{false};
    sys->spawn<runner>({}).send(errand{[&](context& cx) {
        for (std::uint64_t i = 0; i < 4; ++i) {
            CHECK(to.send(item{i}));
        }
        CHECK(cx.room(to) == 0);
        cx.when_room(to, errand{[](context&) {}}); // is never refused
        CHECK(cx.room(to) == 0);
        CHECK_FALSE(to.send(item{4}));
        done = true;
    }});
    CHECK(eventually([&] { return done.load(); }));
    CHECK(dead_letters(sys.stop(), dead_letter::refused) == 1);
}

TEST_CASE("what waits for room when its system stops is a dead letter, not lost") {
    checked_system sys{
        {.workers = 2, .limits = {.outbox_messages_max = 8, .ring_messages_max = 4}}};
    const auto to = sys->spawn<sink>({.on = {0}});
    const auto from = sys->spawn<fast>({.on = {1}}, to_sink{to}, std::uint64_t{1'000});
    std::thread stopper;
    {
        const busy_worker busy{sys, 0};
        from.send(go{});
        // Nobody drains the ring now, so that the sender must wait.
        CHECK(eventually([&] {
            std::atomic<bool> waits{false};
            std::latch asked{1};
            sys->post(worker{1}, [&] {
                waits = worker_loop::current()->statistics().mail.rings_full > 0;
                asked.count_down();
            });
            asked.wait();
            return waits.load();
        }));
        stopper = std::thread{[&] { sys.stop(); }};
        CHECK(eventually([&] { return !sys->post(worker{0}, [] {}); }));
    }
    stopper.join();
    CHECK(dead_letters(*sys->statistics(patience()), dead_letter::stopped) > 0);
}

} // namespace room_test
