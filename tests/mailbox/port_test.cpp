#include <iapp/mailbox/port.hpp>

#include <doctest/doctest.h>

#include <semaphore>
#include <thread>
#include <vector>

using namespace iapp;

namespace port_test {

namespace {

door_message numbered(std::uint64_t sender, std::uint64_t number) {
    door_message made{};
    made[0].to = sender;
    ::new (made[0].payload()) std::uint64_t{number};
    return made;
}

std::uint64_t number_in(door_message& p) {
    return *std::launder(static_cast<std::uint64_t*>(p[0].payload()));
}

struct sleeper {
    std::counting_semaphore<> wakes{0};

    static void wake(void* target) noexcept { static_cast<sleeper*>(target)->wakes.release(); }
};

} // namespace

TEST_CASE("a port gives back what other threads pushed, in order") {
    port mail{{.door_slots = 10}};
    sleeper owner;
    mail.set_waker(&sleeper::wake, &owner);
    for (unsigned i = 0; i < 3; ++i) {
        CHECK(mail.push(numbered(0, i)));
    }
    CHECK(mail.bell().collect() == doorbell::foreign);
    CHECK(mail.bell().collect() == 0);
    door_message one;
    for (unsigned i = 0; i < 3; ++i) {
        REQUIRE(mail.pop(one));
        CHECK(number_in(one) == i);
    }
    CHECK_FALSE(mail.pop(one));
    CHECK_FALSE(owner.wakes.try_acquire()); // it never slept
}

TEST_CASE("a closed and full port still takes what has its place reserved, in order") {
    port mail{{.door_slots = 1}};
    sleeper owner;
    mail.set_waker(&sleeper::wake, &owner);
    while (mail.push(numbered(0, 0))) {
    }
    mail.close();
    REQUIRE(mail.bell().collect() == doorbell::foreign);
    std::array<envelope, 3> messages{};
    for (std::uint64_t i = 0; i < messages.size(); ++i) {
        messages[i].to = i;
        mail.push_reserved(&messages[i]);
    }
    CHECK(mail.bell().collect() == doorbell::foreign);
    const envelope* next = mail.take_reserved();
    for (std::uint64_t i = 0; i < messages.size(); ++i, next = next->next) {
        REQUIRE(next != nullptr);
        CHECK(next->to == i);
    }
    CHECK(next == nullptr);
    CHECK(mail.take_reserved() == nullptr);
}

TEST_CASE("at its limit a port refuses and counts, until there is room again") {
    port mail{{.door_slots = 2}};
    unsigned taken = 0;
    for (unsigned i = 0; i < 10; ++i) {
        taken += mail.push(numbered(0, i)) ? 1 : 0;
    }
    CHECK(taken >= 2);
    CHECK(mail.refused() == 10 - taken);
    door_message one;
    REQUIRE(mail.pop(one));
    CHECK(mail.push(numbered(0, 11)));
    CHECK_FALSE(mail.push(numbered(0, 12)));
}

TEST_CASE("a closed port refuses everything, and what was in it can still be taken") {
    port mail{{.door_slots = 10}};
    mail.push(numbered(0, 1));
    mail.close();
    CHECK_FALSE(mail.push(numbered(0, 2)));
    CHECK(mail.refused() == 1);
    door_message one;
    REQUIRE(mail.pop(one));
    CHECK(number_in(one) == 1);
}

TEST_CASE("a knock wakes a sleeping owner without a message") {
    port mail;
    sleeper owner;
    mail.set_waker(&sleeper::wake, &owner);
    REQUIRE(mail.bell().try_sleep());
    mail.knock();
    CHECK(owner.wakes.try_acquire());
    CHECK(mail.bell().collect() == doorbell::foreign);
    door_message one;
    CHECK_FALSE(mail.pop(one));
}

TEST_CASE("a ring between two workers is made at the first use and stays") {
    port mail{{.ring_slots = 4}};
    CHECK(mail.ring_from(7) == nullptr);
    mail_ring& made = mail.ring_of(7);
    CHECK(mail.ring_from(7) == &made);
    CHECK(&mail.ring_of(7) == &made);
    CHECK(mail.ring_from(6) == nullptr);
    unsigned taken = 0;
    while (made.push(numbered(7, taken)[0])) {
        ++taken;
    }
    CHECK(taken == 4);
}

TEST_CASE("many threads and a sleeping owner: all arrives, each thread's in order") {
    constexpr unsigned senders = 3;
    constexpr unsigned count = 5'000;
    port mail{{.door_slots = 64}};
    sleeper owner;
    mail.set_waker(&sleeper::wake, &owner);
    std::vector<std::thread> threads;
    for (unsigned s = 0; s < senders; ++s) {
        threads.emplace_back([&, s] {
            for (unsigned i = 0; i < count; ++i) {
                while (!mail.push(numbered(s, i))) {
                    std::this_thread::yield(); // full: the owner is behind
                }
            }
        });
    }
    unsigned next[senders] = {};
    unsigned received = 0;
    while (received < senders * count) {
        mail.bell().collect();
        door_message one;
        while (mail.pop(one)) {
            CHECK(number_in(one) == next[one[0].to]++);
            ++received;
        }
        if (received < senders * count && mail.bell().try_sleep()) {
            owner.wakes.acquire();
        }
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    door_message one;
    CHECK_FALSE(mail.pop(one));
}

} // namespace port_test
