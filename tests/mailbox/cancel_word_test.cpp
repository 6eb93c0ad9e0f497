// One cancel word and the tickets of the posts that it serves.

#include <iapp/mailbox/callback.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

using namespace iapp;

namespace cancel_word_test {

TEST_CASE("a word that was taken is in use until it is claimed") {
    cancel_word word;
    std::uint64_t ticket = 0;
    std::uint64_t other = 0;
    REQUIRE(word.take(ticket));
    CHECK_FALSE(word.take(other));
    CHECK_FALSE(word.cancelled());
    CHECK(word.claim());
    CHECK(word.take(other));
    CHECK(other != ticket);
}

TEST_CASE("a cancel in time keeps the callback from running, and answers so once") {
    cancel_word word;
    std::uint64_t ticket = 0;
    std::uint64_t other = 0;
    REQUIRE(word.take(ticket));
    CHECK(word.cancel(ticket) == cancel_result::cancelled);
    CHECK(word.cancelled());
    CHECK(word.cancel(ticket) == cancel_result::too_late);
    CHECK_FALSE(word.take(other)); // the callback is still on its way
    CHECK_FALSE(word.claim());
    CHECK_FALSE(word.cancelled());
    CHECK(word.take(other));
}

TEST_CASE("after the claim a cancel is too late") {
    cancel_word word;
    std::uint64_t ticket = 0;
    REQUIRE(word.take(ticket));
    CHECK(word.claim());
    CHECK(word.cancel(ticket) == cancel_result::too_late);
    CHECK_FALSE(word.cancelled());
}

TEST_CASE("stale tickets are too late for ever and do no harm to the posts that follow") {
    cancel_word word;
    std::vector<std::uint64_t> stale;
    for (int i = 0; i < 1'000; ++i) {
        std::uint64_t ticket = 0;
        REQUIRE(word.take(ticket));
        for (const std::uint64_t old : stale) {
            CHECK(word.cancel(old) == cancel_result::too_late);
        }
        const bool cancels = i % 3 == 0;
        if (cancels) {
            CHECK(word.cancel(ticket) == cancel_result::cancelled);
        }
        CHECK(word.claim() == !cancels);
        stale.push_back(ticket);
    }
    for (const std::uint64_t old : stale) {
        CHECK(word.cancel(old) == cancel_result::too_late);
    }
    std::uint64_t ticket = 0;
    CHECK(word.take(ticket));
}

TEST_CASE("a handle that names nothing is too late") {
    const post_handle none;
    CHECK_FALSE(none);
    CHECK(none.cancel() == cancel_result::too_late);
}

TEST_CASE("a handle and its copies cancel one post") {
    cancel_word word;
    std::uint64_t ticket = 0;
    REQUIRE(word.take(ticket));
    const post_handle handle{word, ticket};
    const post_handle copy = handle;
    CHECK(handle);
    CHECK(copy.cancel() == cancel_result::cancelled);
    CHECK(handle.cancel() == cancel_result::too_late);
    CHECK(&cancel_word_of(to_word(word)) == &word);
}

TEST_CASE("of many threads that cancel and one that claims exactly one wins each time") {
    constexpr unsigned rounds = 2'000;
    constexpr unsigned cancellers = 2;
    cancel_word word;
    std::atomic<std::uint64_t> ticket{0};
    std::atomic<unsigned> round{0};
    std::atomic<unsigned> done{0};
    std::atomic<unsigned> cancelled{0};
    std::vector<std::thread> threads;
    for (unsigned c = 0; c < cancellers; ++c) {
        threads.emplace_back([&] {
            for (unsigned i = 1; i <= rounds; ++i) {
                while (round.load() < i) {
                    std::this_thread::yield();
                }
                cancelled += word.cancel(ticket) == cancel_result::cancelled ? 1 : 0;
                ++done;
            }
        });
    }
    unsigned not_run = 0;
    for (unsigned i = 1; i <= rounds; ++i) {
        std::uint64_t mine = 0;
        REQUIRE(word.take(mine));
        ticket = mine;
        round = i;
        not_run += word.claim() ? 0 : 1;
        while (done < cancellers * i) {
            std::this_thread::yield();
        }
        CHECK(cancelled == not_run);
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
}

} // namespace cancel_word_test
