#include <iapp/mailbox/port.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <semaphore>
#include <thread>
#include <vector>

using namespace iapp;

namespace {

struct numbered : envelope {
    numbered(unsigned sender_, unsigned number_)
        : envelope{[](envelope* self, void*, fate) {
              delete static_cast<numbered*>(self);
              return true;
          }},
          sender{sender_}, number{number_} {}

    unsigned sender;
    unsigned number;
};

struct sleeper {
    std::counting_semaphore<> wakes{0};

    static void wake(void* target) noexcept { static_cast<sleeper*>(target)->wakes.release(); }
};

} // namespace

TEST_CASE("a port gives back what was pushed, in order") {
    port mail{10};
    sleeper owner;
    mail.set_waker(&sleeper::wake, &owner);
    for (unsigned i = 0; i < 3; ++i) {
        CHECK(mail.push(new numbered{0, i}));
    }
    CHECK(mail.collect());
    CHECK_FALSE(mail.collect());
    for (unsigned i = 0; i < 3; ++i) {
        envelope* one = mail.pop();
        REQUIRE(one != nullptr);
        CHECK(static_cast<numbered*>(one)->number == i);
        one->handle(nullptr, envelope::fate::deliver);
    }
    CHECK(mail.pop() == nullptr);
    CHECK_FALSE(owner.wakes.try_acquire()); // it never slept
}

TEST_CASE("at its limit a port refuses, counts, and leaves the message to its sender") {
    port mail{2};
    std::vector<std::unique_ptr<numbered>> kept;
    unsigned taken = 0;
    for (unsigned i = 0; i < 10; ++i) {
        auto one = std::make_unique<numbered>(0, i);
        if (mail.push(one.get())) {
            one.release();
            ++taken;
        } else {
            kept.push_back(std::move(one));
        }
    }
    CHECK(taken >= 2);
    CHECK(mail.refused() == 10 - taken);
    CHECK(kept.size() == 10 - taken);
    while (envelope* one = mail.pop()) {
        one->handle(nullptr, envelope::fate::discard);
    }
    CHECK(mail.push(new numbered{0, 11})); // and there is room again
    mail.pop()->handle(nullptr, envelope::fate::discard);
}

TEST_CASE("a closed port refuses everything, and what was in it can still be taken") {
    port mail{10};
    mail.push(new numbered{0, 1});
    mail.close();
    numbered late{0, 2};
    CHECK_FALSE(mail.push(&late));
    CHECK(mail.refused() == 1);
    envelope* one = mail.pop();
    REQUIRE(one != nullptr);
    one->handle(nullptr, envelope::fate::discard);
}

TEST_CASE("a knock wakes a sleeping owner without a message") {
    port mail{10};
    sleeper owner;
    mail.set_waker(&sleeper::wake, &owner);
    REQUIRE(mail.try_sleep());
    mail.knock();
    CHECK(owner.wakes.try_acquire());
    CHECK(mail.collect());
    CHECK(mail.pop() == nullptr);
}

TEST_CASE("many senders and a sleeping owner: all arrives, each sender's in order") {
    constexpr unsigned senders = 3;
    constexpr unsigned count = 5'000;
    port mail{64};
    sleeper owner;
    mail.set_waker(&sleeper::wake, &owner);
    std::vector<std::thread> threads;
    for (unsigned s = 0; s < senders; ++s) {
        threads.emplace_back([&, s] {
            for (unsigned i = 0; i < count; ++i) {
                auto one = std::make_unique<numbered>(s, i);
                while (!mail.push(one.get())) {
                    std::this_thread::yield(); // full: the owner is behind
                }
                one.release();
            }
        });
    }
    unsigned next[senders] = {};
    unsigned received = 0;
    while (received < senders * count) {
        mail.collect();
        while (envelope* one = mail.pop()) {
            const auto& n = *static_cast<numbered*>(one);
            CHECK(n.number == next[n.sender]++);
            one->handle(nullptr, envelope::fate::deliver);
            ++received;
        }
        if (received < senders * count && mail.try_sleep()) {
            owner.wakes.acquire();
        }
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(mail.pop() == nullptr);
}
