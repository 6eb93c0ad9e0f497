// The outbox, with the ring that it is flushed into.

#include "mailbox/numbered.hpp"
#include "support/random.hpp"

#include <iapp/mailbox/outbox.hpp>
#include <iapp/mailbox/port.hpp>

#include <doctest/doctest.h>

using namespace iapp;
using namespace iapp::test;

namespace outbox_test {

namespace {

constexpr std::uint64_t me = doorbell::worker_bit(3);

// An outbox, the ring and the doorbell that it leads to, and who reads at their other end.
struct way {
    way(std::size_t limit, std::size_t slots) : out{limit}, ring{slots} {}

    template <class M>
    bool put(delivery how = delivery::limited) {
        parcel* const place = out.claim(parcels_for<M>, how);
        if (place != nullptr) {
            write_number<M>(*place, 0, put_++);
        }
        return place != nullptr;
    }

    flush_result flush() { return out.flush(ring, bell, me); }

    // Takes all that is in the ring and checks that it is what comes next, whole.
    std::uint64_t take() {
        std::uint64_t count = 0;
        for (door_message message; ring.pop(message[0]); ++count) {
            if (parcels_of(message[0]) > 1) {
                REQUIRE(ring.pop(message[1]));
            }
            CHECK(read_number(message[0]) == taken_++);
        }
        return count;
    }

    std::uint64_t under_way() const { return put_ - taken_; }

    basic_outbox<mail_ring, doorbell> out;
    mail_ring ring;
    doorbell bell;

  private:
    std::uint64_t put_ = 0;
    std::uint64_t taken_ = 0;
};

} // namespace

TEST_CASE("at its limit an outbox refuses, and takes again when a flush has made room") {
    way w{5, 16};
    for (int i = 0; i < 5; ++i) {
        CHECK(w.out.room() == static_cast<std::size_t>(5 - i));
        CHECK(w.put<small>());
    }
    CHECK_FALSE(w.put<small>());
    CHECK(w.out.size() == 5);
    const flush_result done = w.flush();
    CHECK(done.pushed == 5);
    CHECK_FALSE(done.waiting);
    CHECK(w.out.empty());
    CHECK(w.out.room() == 5);
    CHECK(w.put<small>());
    w.flush();
    CHECK(w.take() == 6);
}

TEST_CASE("at its limit an outbox takes what has its place reserved, in order, and nothing else") {
    way w{3, 4};
    for (int i = 0; i < 3; ++i) {
        REQUIRE(w.put<small>());
    }
    for (int i = 0; i < 1'000; ++i) {
        REQUIRE(w.put<wide>(delivery::reserved));
        CHECK(w.out.room() == 0);
        CHECK_FALSE(w.put<small>());
    }
    while (w.under_way() > 0) {
        w.flush();
        w.take(); // checks the order
    }
    CHECK(w.out.room() == 3);
    CHECK(w.put<small>());
}

TEST_CASE("a message of two parcels counts twice at the limit") {
    way w{3, 16};
    CHECK(w.put<wide>());
    CHECK_FALSE(w.put<wide>()); // there is place for one parcel only
    CHECK(w.put<small>());
    CHECK_FALSE(w.put<small>());
    CHECK(w.flush().pushed == 3);
    CHECK(w.take() == 2);
}

TEST_CASE("an outbox that grows keeps what it holds, in order") {
    way w{10'000, 16'384};
    while (w.put<small>()) {
    }
    CHECK(w.out.size() == 10'000);
    CHECK(w.flush().pushed == 10'000);
    CHECK(w.take() == 10'000);
}

TEST_CASE("a flush that finds an empty ring wakes a receiver only when it sleeps") {
    way w{8, 8};
    CHECK(w.flush().pushed == 0);
    CHECK(w.bell.collect() == 0); // nothing to tell
    w.put<small>();
    CHECK_FALSE(w.flush().wake);
    CHECK(w.bell.collect() == me);
    REQUIRE(w.bell.try_sleep());
    w.put<small>();
    CHECK(w.flush().wake);
    w.put<small>();
    CHECK_FALSE(w.flush().wake); // it is awake by now
}

TEST_CASE("what does not fit into the ring waits, in order, and the receiver knows for whom") {
    way w{32, 4};
    for (int i = 0; i < 10; ++i) {
        CHECK(w.put<small>());
    }
    flush_result done = w.flush();
    CHECK(done.pushed == 4);
    CHECK(done.waiting);
    CHECK(w.out.size() == 6);
    CHECK(w.bell.collect() == me);
    CHECK(w.take() == 4);
    CHECK(w.bell.take_stalled() == me);
    CHECK(w.bell.take_stalled() == 0);
    CHECK(w.put<small>()); // behind those that wait
    done = w.flush();
    CHECK(done.pushed == 4);
    CHECK(w.take() == 4);
    done = w.flush();
    CHECK(done.pushed == 3);
    CHECK_FALSE(done.waiting);
    CHECK(w.take() == 3);
}

TEST_CASE("a full ring wakes a sleeping receiver, though nothing new was pushed") {
    way w{8, 2};
    w.put<small>();
    w.put<small>();
    w.flush();
    w.bell.collect();
    REQUIRE(w.bell.try_sleep()); // a receiver that has not looked
    w.put<small>();
    const flush_result done = w.flush();
    CHECK(done.pushed == 0);
    CHECK(done.wake);
    CHECK(done.waiting);
    w.take();
    w.flush();
    CHECK(w.take() == 1);
}

TEST_CASE("a message of two parcels is never split over two pushes") {
    way w{32, 5};
    for (int i = 0; i < 4; ++i) {
        CHECK(w.put<wide>());
    }
    flush_result done = w.flush();
    CHECK(done.pushed == 4); // the fifth slot stays free
    CHECK(done.waiting);
    CHECK(w.take() == 2); // and take() has found whole ones
    CHECK(w.flush().pushed == 4);
    CHECK(w.take() == 2);
    CHECK(w.put<small>()); // with no double left the ring is used to its last slot
    for (int i = 0; i < 5; ++i) {
        CHECK(w.put<small>());
    }
    done = w.flush();
    CHECK(done.pushed == 5);
    CHECK(w.take() == 5);
    w.flush();
    CHECK(w.take() == 1);
}

TEST_CASE("what is left is moved to the front, whatever was pushed before") {
    // The ring takes a few at a time while the outbox is kept nearly full, so that the array's end
    // is reached again and again with messages in it.
    way w{100, 7};
    for (int round = 0; round < 2'000; ++round) {
        while (round % 3 == 0 ? w.put<wide>() : w.put<small>()) {
        }
        w.flush();
        CHECK(w.take() >= 3);
    }
    while (!w.out.empty()) {
        w.flush();
        w.take();
    }
    CHECK(w.under_way() == 0);
}

TEST_CASE("random sizes, flushes and reads keep the order and lose nothing") {
    const std::uint64_t from = seed();
    INFO("IAPP_TEST_SEED=" << from);
    random_source random{from};
    for (int run = 0; run < 50; ++run) {
        way w{2 + random.below(300), 2 + random.below(70)};
        for (int step = 0; step < 1'000; ++step) {
            for (std::uint64_t n = random.below(8); n > 0; --n) {
                random.one_in(3) ? w.put<wide>() : w.put<small>();
            }
            if (random.one_in(2)) {
                w.flush();
            }
            if (random.one_in(3)) {
                w.take();
            }
        }
        while (w.under_way() > 0) {
            w.flush();
            REQUIRE(w.take() > 0);
        }
        CHECK(w.out.empty());
    }
}

TEST_CASE("messages that cannot be pushed any more are taken out one by one, oldest first") {
    way w{16, 2};
    w.put<small>();
    w.put<wide>();
    w.put<small>();
    CHECK(w.flush().pushed == 1); // the second does not fit beside the first
    parcel* left = w.out.pop();
    REQUIRE(left != nullptr);
    CHECK(read_number(*left) == 1);
    left = w.out.pop();
    REQUIRE(left != nullptr);
    CHECK(read_number(*left) == 2);
    CHECK(w.out.pop() == nullptr);
    CHECK(w.out.empty());
}

} // namespace outbox_test
