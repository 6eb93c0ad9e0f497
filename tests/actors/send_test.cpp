// Sending: order, limits, and the books that add up.

#include "support/actors.hpp"

#include <doctest/doctest.h>

#include <latch>
#include <memory>

using namespace iapp;
using namespace iapp::test;

namespace send_test {

namespace {

struct numbered {
    unsigned sender = 0;
    unsigned number = 0;
};

// Checks that each sender's numbers come in order.
class orderly {
  public:
    using accepts = messages<numbered, total>;

    void on(numbered what) {
        in_order_ = in_order_ && what.number == next_[what.sender]++;
        ++count_;
    }

    int on(total) { return in_order_ ? count_ : -1; }

  private:
    unsigned next_[8] = {};
    int count_ = 0;
    bool in_order_ = true;
};

struct send_many {
    ref<numbered> to;
    unsigned sender = 0;
    unsigned count = 0;
};

class sender {
  public:
    using accepts = messages<send_many, total>;

    void on(send_many what) {
        for (unsigned i = 0; i < what.count; ++i) {
            refused_ += what.to.send(numbered{what.sender, i}) ? 0 : 1;
        }
    }

    int on(total) { return refused_; }

  private:
    int refused_ = 0;
};

struct block {
    std::latch* entered;
    std::latch* leave;
};

// Keeps its worker busy until it may leave.
class blocker {
  public:
    using accepts = messages<block>;

    void on(block what) {
        what.entered->count_down();
        what.leave->wait();
    }
};

// Counts how many of its kind are alive, to see that none is lost or freed twice.
struct cargo {
    explicit cargo(std::atomic<int>* alive_) : alive{alive_} { ++*alive; }

    cargo(cargo&& other) noexcept : alive{other.alive} { ++*alive; }

    cargo(const cargo&) = delete;
    cargo& operator=(cargo&&) = delete;

    ~cargo() { --*alive; }

    std::atomic<int>* alive;
};

class stevedore {
  public:
    using accepts = messages<cargo, std::unique_ptr<int>>;

    void on(cargo&&) {}

    void on(std::unique_ptr<int> value) { CHECK(*value == 5); }
};

} // namespace

TEST_CASE("each sender's messages arrive in order, from threads, this worker and others") {
    checked_system sys{{.workers = 3, .limits = {.foreign_messages_max = 1U << 14}}};
    const auto to = sys->spawn<orderly>({.on = {0}});
    constexpr unsigned count = 2'000;
    for (unsigned i = 0; i < 3; ++i) { // on the same worker, and on two others
        sys->spawn<sender>({.on = {i}}).send(send_many{to, i, count});
    }
    std::thread thread{[&] {
        for (unsigned i = 0; i < count; ++i) {
            CHECK(to.send(numbered{3, i}));
        }
    }};
    for (unsigned i = 0; i < count; ++i) {
        CHECK(to.send(numbered{4, i}));
    }
    thread.join();
    CHECK(eventually([&] { return sys.ask<total>(to) == 5 * static_cast<int>(count); }));
    CHECK(dead_letters(sys.stop()) == 0);
}

TEST_CASE("what is sent to an actor that is gone is a stale dead letter") {
    checked_system sys;
    ref_to<counter> nobody;
    CHECK_FALSE(nobody);
    CHECK_FALSE(nobody.send(add{1}));
    const auto actor = sys->spawn<counter>({});
    const ref<add> stale{actor};
    CHECK(stale.id() == actor.id());
    CHECK(actor.send(add{1}));
    CHECK(sys.ask<total>(actor) == 1);
    REQUIRE(sys->stop(actor, patience()));
    CHECK(stale.send(add{1})); // its worker takes it
    // What is asked later by the same thread is answered after that, and the system still runs.
    CHECK(sys.ask<total>(sys->spawn<counter>({})) == 0);
    const worker_statistics last = sys.stop();
    CHECK(dead_letters(last) == 1);
    CHECK(dead_letters(last, dead_letter::stale) == 1);
}

TEST_CASE("mail that waits when the system stops is counted as stopped") {
    checked_system sys{{.workers = 2}};
    const auto busy = sys->spawn<blocker>({});
    const auto idle = sys->spawn<counter>({});
    std::latch entered{1};
    std::latch leave{1};
    busy.send(block{&entered, &leave});
    entered.wait();
    for (int i = 0; i < 10; ++i) {
        CHECK(idle.send(add{1}));
    }
    std::thread stopper{[&] { sys.stop(); }};
    CHECK(eventually([&] { return !idle.send(add{1}); })); // it has begun to stop
    leave.count_down();
    stopper.join();
    const worker_statistics last = *sys->statistics(patience());
    CHECK(last.actors.sent == last.actors.delivered + dead_letters(last));
    CHECK(dead_letters(last, dead_letter::refused) >= 1);
}

TEST_CASE("at the limit of foreign messages send refuses, counts, and goes on later") {
    checked_system sys{{.workers = 2, .limits = {.foreign_messages_max = 8}}};
    const auto busy = sys->spawn<blocker>({.on = {0}});
    const auto to = sys->spawn<orderly>({.on = {0}});
    const auto other = sys->spawn<sender>({.on = {1}});
    std::latch entered{1};
    std::latch leave{1};
    busy.send(block{&entered, &leave});
    entered.wait();
    unsigned taken = 0;
    while (to.send(numbered{0, taken})) {
        ++taken;
        REQUIRE(taken < 100);
    }
    CHECK(taken >= 8);
    other.send(send_many{to, 1, 5}); // from another worker: that has a ring of its own
    CHECK(sys.ask<total>(other) == 0);
    leave.count_down();
    CHECK(eventually([&] { return to.send(numbered{0, taken}); }));
    CHECK(eventually([&] {
        const auto answer = sys->ask(to, patience(), total{});
        return answer && *answer == static_cast<int>(taken) + 6;
    }));
    const worker_statistics last = sys.stop();
    CHECK(dead_letters(last, dead_letter::refused) >= 1);
}

TEST_CASE("at the limit of an outbox send refuses and counts, and what was taken arrives") {
    checked_system sys{
        {.workers = 2, .limits = {.outbox_messages_max = 8, .ring_messages_max = 4}}};
    const auto busy = sys->spawn<blocker>({.on = {0}});
    const auto to = sys->spawn<orderly>({.on = {0}});
    const auto other = sys->spawn<sender>({.on = {1}});
    std::latch entered{1};
    std::latch leave{1};
    busy.send(block{&entered, &leave});
    entered.wait();
    other.send(send_many{to, 1, 20}); // nothing is flushed before the handler returns
    CHECK(sys.ask<total>(other) == 12);
    leave.count_down();
    CHECK(eventually([&] { return sys.ask<total>(to) == 8; }));
    const worker_statistics last = sys.stop();
    CHECK(dead_letters(last, dead_letter::refused) == 12);
    CHECK(last.mail.rings_full >= 1);
}

TEST_CASE("at the limit of local messages send refuses and counts") {
    checked_system sys{{.limits = {.local_messages_max = 16}}};
    const auto to = sys->spawn<orderly>({});
    const auto from = sys->spawn<sender>({});
    from.send(send_many{to, 0, 20});
    CHECK(sys.ask<total>(from) == 4);
    CHECK(eventually([&] { return sys.ask<total>(to) == 16; }));
    CHECK(dead_letters(sys.stop(), dead_letter::refused) == 4);
}

TEST_CASE("messages are moved, never copied, and each is destroyed once whatever its fate") {
    std::atomic<int> alive{0};
    {
        checked_system sys{{.limits = {.foreign_messages_max = 4}}};
        const auto to = sys->spawn<stevedore>({});
        CHECK(to.send(std::make_unique<int>(5)));
        for (int i = 0; i < 100; ++i) {
            to.send(cargo{&alive}); // delivered or refused
        }
        sys.stop();
        to.send(cargo{&alive});
        CHECK(alive == 0);
    }
    CHECK(alive == 0);
}

} // namespace send_test
