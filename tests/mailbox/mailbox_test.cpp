// How messages get from one mailbox to another.

#include "mailbox/mailboxes.hpp"
#include "support/random.hpp"

#include <algorithm>
#include <array>
#include <numeric>

using namespace iapp;
using namespace iapp::test;

namespace mailbox_test {

TEST_CASE("values of one parcel and of two arrive whole, with the flush and not before") {
    mail_world w{2};
    CHECK(w[0].mail.outbox_empty(1));
    CHECK(w[0].send<small>(1, 1));
    CHECK(w[0].send<wide>(1, 2));
    CHECK(w[0].send<small>(1, 3));
    CHECK_FALSE(w[0].mail.outbox_empty(1));
    CHECK_FALSE(w[1].mail.collect());
    w[0].mail.flush();
    CHECK(w[0].mail.outbox_empty(1));
    CHECK(w[1].receive() == std::vector<received>{{0, 1}, {0, 2}, {0, 3}});
    CHECK_FALSE(w[1].mail.has_mail());
    CHECK(w[1].receive().empty());
}

TEST_CASE("a batch is pushed at once, without waiting for the flush") {
    mail_world w{2};
    for (std::uint64_t i = 0; i < 64; ++i) {
        CHECK_FALSE(w[1].mail.collect());
        w[0].send<small>(1, i);
    }
    CHECK(w[0].mail.outbox_empty(1));
    CHECK(w[1].receive().size() == 64);
}

TEST_CASE("who looks into the ring of its last sender leaves the doorbell to the next collect") {
    mail_world w{3};
    CHECK_FALSE(w[1].mail.peek_ring()); // nobody has sent anything
    w[2].send<small>(1, 1);
    w[2].mail.flush();
    CHECK_FALSE(w[1].mail.peek_ring()); // it has not drained that ring yet
    CHECK(w[1].receive() == std::vector<received>{{2, 1}});
    CHECK_FALSE(w[1].mail.peek_ring());

    w[2].send<small>(1, 2);
    w[2].mail.flush();
    w[0].send<small>(1, 1);
    w[0].mail.flush();
    CHECK(w[1].mail.peek_ring());
    CHECK(w[1].receive() == std::vector<received>{{2, 2}});
    CHECK_FALSE(w[1].mail.owes_collect());
    CHECK_FALSE(w[1].mail.try_sleep()); // what rang is not forgotten
    CHECK(w[1].receive() == std::vector<received>{{0, 1}});
    CHECK(w[1].mail.try_sleep());
}

TEST_CASE("room made by a look into a ring is offered with the collect after it") {
    mail_world w{2, {.ring_slots = 2}, 4};
    w[0].send<small>(1, 1);
    w[0].mail.flush();
    CHECK(w[1].receive().size() == 1);
    for (std::uint64_t i = 2; i < 6; ++i) {
        w[0].send<small>(1, i);
    }
    w[0].mail.flush(); // two wait for room
    CHECK(w[1].mail.peek_ring());
    CHECK(w[1].receive() == std::vector<received>{{0, 2}, {0, 3}});
    CHECK_FALSE(w[0].mail.collect());
    CHECK(w[1].receive().empty());
    CHECK(w[0].mail.collect());
    w[0].mail.flush();
    CHECK(w[1].receive() == std::vector<received>{{0, 4}, {0, 5}});
}

TEST_CASE("beyond its limit a mailbox refuses, and says how much room it has") {
    mail_world w{2, {.ring_slots = 2}, 4};
    CHECK(w[0].mail.room(1) == 4);
    for (std::uint64_t i = 0; i < 4; ++i) {
        CHECK(w[0].send<small>(1, i));
    }
    CHECK(w[0].mail.room(1) == 0);
    CHECK_FALSE(w[0].mail.send(1, 1, [](parcel&) { FAIL("refused, and yet asked to fill it"); }));
    w[0].mail.flush(); // two go into the ring
    CHECK(w[0].mail.room(1) == 2);
    CHECK(w[0].send<wide>(1, 4));
    CHECK_FALSE(w[0].send<small>(1, 5));
    std::vector<received> all;
    while (all.size() < 5) {
        for (const received& each : w[1].receive()) {
            all.push_back(each);
        }
        w[0].mail.collect();
        w[0].mail.flush();
    }
    for (std::uint64_t i = 0; i < 5; ++i) {
        CHECK(all[i] == received{0, i});
    }
}

TEST_CASE("a drain with a budget takes the rings in turn") {
    mail_world w{4};
    for (unsigned from = 0; from < 3; ++from) {
        for (std::uint64_t i = 0; i < 10; ++i) {
            w[from].send<small>(3, i);
        }
        w[from].mail.flush();
    }
    std::array<std::uint64_t, 3> next{};
    for (unsigned round = 0; round < 3; ++round) {
        for (unsigned from = 0; from < 3; ++from) {
            const std::vector<received> seen = w[3].receive(4);
            CHECK((round == 2 || seen.size() == 4));
            for (const received& each : seen) {
                CHECK(each.number == next[each.from]++);
            }
            // Nobody is ahead of another by more than a drain.
            const auto [least, most] = std::minmax_element(next.begin(), next.end());
            CHECK(*most - *least <= 4);
        }
    }
    CHECK(next == std::array<std::uint64_t, 3>{10, 10, 10});
}

TEST_CASE("one flooding sender does not keep the mail of another from being drained") {
    mail_world w{3, {.ring_slots = 64}};
    std::uint64_t sent = 0;
    while (w[0].mail.room(2) > 0) {
        w[0].send<small>(2, sent++);
    }
    w[1].send<small>(2, 77);
    w[1].mail.flush();
    bool seen = false;
    for (unsigned drains = 0; drains < 2; ++drains) { // the flood's turn, and then the other's
        w[0].mail.flush();
        for (const received& each : w[2].receive(8)) {
            seen = seen || each == received{1, 77};
        }
        w[0].mail.collect();
    }
    CHECK(seen);
    CHECK(w[2].mail.has_mail()); // while the flood is not over
    w[2].mail.drain(1'000'000, [](parcel&) {});
    w[0].mail.drain_outboxes([](unsigned, parcel&) {});
}

TEST_CASE("a budget that ends between the parcels of a message does not cut it in two") {
    mail_world w{2};
    for (std::uint64_t i = 0; i < 5; ++i) {
        w[0].send<wide>(1, i);
    }
    w[0].mail.flush();
    std::uint64_t next = 0;
    for (const std::size_t budget : {1, 1, 3}) {
        for (const received& each : w[1].receive(budget)) {
            CHECK(each == received{0, next++});
        }
    }
    CHECK(next == 4); // one, one, and two for three parcels
    CHECK(w[1].mail.has_mail());
    CHECK(w[1].receive() == std::vector<received>{{0, 4}});
}

TEST_CASE("a sender whose ring is full sleeps, and is rung once when there is room") {
    mail_world w{2, {.ring_slots = 4}};
    for (std::uint64_t i = 0; i < 6; ++i) {
        w[0].send<small>(1, i);
    }
    w[0].mail.flush();
    w[0].mail.flush(); // waits: asks nobody again
    CHECK(w[0].mail.counters().rings_full == 1);
    CHECK_FALSE(w[0].mail.outbox_empty(1));
    REQUIRE(w[0].mail.try_sleep());
    CHECK(w[1].receive().size() == 4);
    CHECK(w[0].wakes == 1);
    CHECK(w[0].mail.rung());
    CHECK(w[0].mail.collect());
    w[0].mail.flush();
    CHECK(w[0].mail.outbox_empty(1));
    CHECK(w[1].receive() == std::vector<received>{{0, 4}, {0, 5}});
    CHECK(w[0].wakes == 1);
}

TEST_CASE("a ring that is owed is made up for, unless the receiver has taken everything") {
    mail_world w{2};
    const auto flush_one = [&](std::uint64_t number) {
        w[0].send<small>(1, number);
        w[0].mail.flush(bells::owe);
    };
    flush_one(1);
    CHECK_FALSE(w[1].mail.rung());
    w[0].mail.ring_owed();
    CHECK(w[1].mail.rung());
    CHECK(w[1].receive() == std::vector<received>{{0, 1}});

    flush_one(2);
    REQUIRE(w[1].mail.peek_ring()); // as a worker that spins
    CHECK(w[1].receive() == std::vector<received>{{0, 2}});
    w[0].mail.ring_owed();
    CHECK_FALSE(w[1].mail.rung());
    CHECK(w[0].mail.counters().wakes_saved == 2);
    CHECK(w[1].mail.try_sleep());
}

TEST_CASE("a ring is owed neither to who sleeps nor to who must make room") {
    {
        mail_world w{2};
        REQUIRE(w[1].mail.try_sleep());
        w[0].send<small>(1, 1);
        w[0].mail.flush(bells::owe);
        CHECK(w[1].wakes == 1);
        CHECK(w[0].mail.counters().wakes_sent == 1);
        CHECK(w[1].receive() == std::vector<received>{{0, 1}});
    }
    mail_world w{2, {.ring_slots = 4}};
    for (std::uint64_t i = 0; i < 5; ++i) {
        w[0].send<small>(1, i);
    }
    w[0].mail.flush(bells::owe);
    CHECK(w[1].mail.rung());
    CHECK(w[1].receive().size() == 4);
    w[0].mail.collect();
    w[0].mail.flush();
    CHECK(w[1].receive().size() == 1);
}

TEST_CASE("a sleeping receiver is woken by the first flush alone") {
    mail_world w{3};
    REQUIRE(w[2].mail.try_sleep());
    for (unsigned from = 0; from < 2; ++from) {
        w[from].send<small>(2, 1);
        w[from].mail.flush();
        w[from].send<small>(2, 2);
        w[from].mail.flush();
    }
    CHECK(w[2].wakes == 1);
    CHECK(w[0].mail.counters().wakes_sent + w[1].mail.counters().wakes_sent == 1);
    CHECK(w[0].mail.counters().wakes_saved + w[1].mail.counters().wakes_saved == 3);
    CHECK_FALSE(w[2].mail.try_sleep()); // there is mail
    CHECK(w[2].receive().size() == 4);
    CHECK(w[2].mail.try_sleep());
}

TEST_CASE("random traffic between all keeps the order of each pair, and the counters add up") {
    constexpr unsigned workers = 4;
    const std::uint64_t from_seed = seed();
    INFO("IAPP_TEST_SEED=" << from_seed);
    random_source random{from_seed};
    mail_world w{workers, {.ring_slots = 16}, 64};
    std::array<std::array<std::uint64_t, workers>, workers> sent{};
    std::array<std::array<std::uint64_t, workers>, workers> seen{};
    std::uint64_t parcels = 0;
    const auto step = [&](unsigned me, std::uint64_t messages) {
        for (; messages > 0; --messages) {
            const auto to = static_cast<unsigned>((me + 1 + random.below(workers - 1)) % workers);
            if (w[me].mail.room(to) < 2) {
                continue;
            }
            const std::uint64_t number = sent[me][to]++;
            switch (random.below(4)) {
            case 0:
                w[me].send<wide>(to, number);
                ++parcels;
                break;
            case 1:
                w[me].send_by_pointer<heavy>(to, number);
                break;
            case 2:
                w[me].send_by_pointer<huge>(to, number);
                break;
            default:
                w[me].send<small>(to, number);
            }
            ++parcels;
        }
        for (const received& each : w[me].receive(1 + random.below(40))) {
            CHECK(each.number == seen[each.from][me]++);
        }
        w[me].mail.flush();
        w[me].mail.send_home();
    };
    for (unsigned i = 0; i < 20'000; ++i) {
        step(static_cast<unsigned>(random.below(workers)), random.below(6));
    }
    for (unsigned i = 0; i < 100 * workers; ++i) {
        step(i % workers, 0);
    }
    CHECK(seen == sent);
    mail_counters sum;
    std::uint64_t messages = 0;
    for (unsigned i = 0; i < workers; ++i) {
        w[i].mail.collect(); // takes in the last of its blocks
        CHECK(w[i].pool.outstanding() == 0);
        sum.sent_away += w[i].mail.counters().sent_away;
        sum.received += w[i].mail.counters().received;
        messages += std::accumulate(sent[i].begin(), sent[i].end(), std::uint64_t{0});
    }
    CHECK(sum.sent_away == parcels);
    CHECK(sum.received == messages);
}

} // namespace mailbox_test
