// Messages by pointer in mailboxes, those of other threads, and what is left at the end.

#include "mailbox/mailboxes.hpp"

using namespace iapp;
using namespace iapp::test;

namespace mailbox_memory_test {

TEST_CASE("the memory of a message by pointer goes home in a batch and is used again") {
    mail_world w{2};
    for (int round = 0; round < 3; ++round) {
        for (std::uint64_t i = 0; i < 10; ++i) {
            CHECK(w[0].send_by_pointer<heavy>(1, i));
        }
        w[0].mail.flush();
        CHECK(w[0].pool.outstanding() == 10);
        const std::vector<received> seen = w[1].receive();
        CHECK(seen.size() == 10);
        CHECK(seen.back() == received{0, 9});
        CHECK(w[0].pool.outstanding() == 10); // the owner has not looked
        w[0].mail.collect();
        CHECK(w[0].pool.outstanding() == 0);
    }
    CHECK(w[0].pool.reserved_bytes() == memory_pool::chunk_bytes);
    CHECK(w[1].pool.reserved_bytes() == 0);
    CHECK(w[1].mail.counters().blocks_home == 30);
}

TEST_CASE("large blocks go home, too") {
    mail_world w{2};
    w[0].send_by_pointer<huge>(1, 4);
    w[0].mail.flush();
    CHECK(w[1].receive() == std::vector<received>{{0, 4}});
    CHECK(w[0].pool.outstanding() == 1);
    w[0].mail.collect();
    CHECK(w[0].pool.outstanding() == 0);
}

TEST_CASE("what is released outside of a drain goes home when it is sent there") {
    mail_world w{3};
    w[0].send_by_pointer<heavy>(2, 1);
    w[1].send_by_pointer<heavy>(2, 2);
    w[0].mail.flush();
    w[1].mail.flush();
    std::vector<envelope*> kept;
    w[2].mail.collect();
    w[2].mail.drain(10, [&](parcel& message) { kept.push_back(envelope_in(message)); });
    REQUIRE(kept.size() == 2);
    for (envelope* each : kept) {
        each->destroy_payload();
        w[2].mail.release(each);
    }
    w[0].mail.collect();
    CHECK(w[0].pool.outstanding() == 1);
    w[2].mail.send_home();
    w[2].mail.send_home(); // nothing more
    w[0].mail.collect();
    w[1].mail.collect();
    CHECK(w[0].pool.outstanding() == 0);
    CHECK(w[1].pool.outstanding() == 0);
}

TEST_CASE("envelopes and values keep their order among each other, over many prefetched batches") {
    mail_world w{2, {.ring_slots = 256}, 1'000};
    std::uint64_t sent = 0;
    std::uint64_t seen = 0;
    for (int round = 0; round < 20; ++round) {
        for (int i = 0; i < 40; ++i) {
            w[0].send_by_pointer<heavy>(1, sent++);
            w[0].send<wide>(1, sent++);
            w[0].send<wide>(1, 0); // its second half looks like the parcel of an envelope
            ++sent;
            w[0].send<small>(1, sent++);
        }
        w[0].mail.flush();
        for (const received& each : w[1].receive()) {
            CHECK((each.number == seen || (each.number == 0 && seen % 4 == 2)));
            ++seen;
        }
        w[0].mail.collect();
    }
    CHECK(seen == sent);
    CHECK(w[0].pool.outstanding() == 0);
}

TEST_CASE("what other threads leave at the door is drained with a budget of its own, in order") {
    mail_world w{2};
    port& there = *w.ports.ports()[1];
    for (std::uint64_t i = 0; i < 5; ++i) {
        door_message message{};
        if (i == 2) {
            put_envelope(message[0], make_heap_envelope<heavy>(9, message_type_of<heavy>, i));
        } else if (i == 3) {
            write_number<wide>(message[0], 9, i);
        } else {
            write_number<small>(message[0], 9, i);
        }
        CHECK(there.push(message));
    }
    w[0].send<small>(1, 50);
    w[0].mail.flush();
    CHECK(w[1].receive() == std::vector<received>{{0, 50}}); // the rings alone
    CHECK(w[1].mail.has_mail());
    std::uint64_t next = 0;
    const auto take = [&](parcel& message) { CHECK(w[1].take(message) == received{9, next++}); };
    CHECK(w[1].mail.drain_door(3, take) == 3);
    CHECK(w[1].mail.has_mail());
    CHECK(w[1].mail.drain_door(3, take) == 2);
    CHECK_FALSE(w[1].mail.has_mail());
    CHECK(w[1].mail.counters().received == 6);
    CHECK(w[1].mail.counters().blocks_home == 0); // that one's memory has no home
}

TEST_CASE("what the outboxes hold at the end is handed out to be discarded, oldest first") {
    mail_world w{3, {.ring_slots = 2}};
    w[0].send<small>(1, 0);
    w[0].send<small>(1, 1);
    w[0].send<wide>(1, 2);
    w[0].send_by_pointer<heavy>(1, 3);
    w[0].send<small>(2, 4);
    w[0].mail.flush(); // two of them, and the one for the third worker
    w[0].send<wide>(2, 5);
    std::vector<received> left;
    std::vector<unsigned> receivers;
    w[0].mail.drain_outboxes([&](unsigned to, parcel& message) {
        receivers.push_back(to);
        left.push_back(w[0].take(message));
    });
    CHECK(receivers == std::vector<unsigned>{1, 1, 2});
    CHECK(left == std::vector<received>{{0, 2}, {0, 3}, {0, 5}});
    CHECK(w[0].pool.outstanding() == 0);
    CHECK(w[0].mail.outbox_empty(1));
    CHECK(w[1].receive() == std::vector<received>{{0, 0}, {0, 1}});
    CHECK(w[2].receive() == std::vector<received>{{0, 4}});
}

TEST_CASE("handling what is discarded may send more, which is handed out as well") {
    mail_world w{2};
    w[0].send<wide>(1, 0);
    std::uint64_t next = 0;
    w[0].mail.drain_outboxes([&](unsigned, parcel& message) {
        CHECK(w[0].take(message).number == next++);
        if (next < 200) {
            w[0].send<wide>(1, next);
        }
    });
    w[1].receive(); // what had become a batch was pushed
    CHECK(next == 200);
    CHECK(w[0].mail.outbox_empty(1));
}

} // namespace mailbox_memory_test
