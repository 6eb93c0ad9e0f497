// A thread's table of cancel words.

#include <iapp/mailbox/cancel_words.hpp>

#include <doctest/doctest.h>

#include <set>
#include <thread>
#include <vector>

using namespace iapp;

namespace cancel_words_test {

namespace {

struct taken {
    cancel_word* word = nullptr;
    std::uint64_t ticket = 0;
};

taken take(cancel_words& words) {
    taken one;
    one.word = words.take(one.ticket);
    return one;
}

} // namespace

TEST_CASE("words are used one after the other, eight to a cache line") {
    cancel_words words;
    CHECK(words.size() == 0);
    const taken first = take(words);
    REQUIRE(first.word != nullptr);
    CHECK(reinterpret_cast<std::uintptr_t>(first.word) % 64 == 0);
    for (int i = 1; i < 8; ++i) {
        CHECK(take(words).word == first.word + i);
    }
}

TEST_CASE("words whose posts have ended are used again, so that the table does not grow") {
    cancel_words words;
    std::set<cancel_word*> seen;
    std::size_t size = 0;
    for (int i = 0; i < 10'000; ++i) {
        const taken one = take(words);
        REQUIRE(one.word != nullptr);
        size = size == 0 ? words.size() : size;
        seen.insert(one.word);
        CHECK(one.word->claim());
        CHECK(one.word->cancel(one.ticket) == cancel_result::too_late);
    }
    CHECK(words.size() == size);
    CHECK(seen.size() == size);
}

TEST_CASE("posts that have not ended make the table grow up to its limit, then it refuses") {
    cancel_words words;
    std::vector<taken> all;
    std::set<cancel_word*> different;
    for (std::size_t i = 0; i < cancel_words::words_max; ++i) {
        all.push_back(take(words));
        REQUIRE(all.back().word != nullptr);
        different.insert(all.back().word);
    }
    CHECK(different.size() == cancel_words::words_max);
    CHECK(words.size() == cancel_words::words_max);
    CHECK(take(words).word == nullptr);
    CHECK(all[12'345].word->claim()); // one ends, wherever it is
    CHECK(take(words).word == all[12'345].word);
    CHECK(take(words).word == nullptr);
    CHECK(words.size() == cancel_words::words_max);
    CHECK(all[7].word->cancel(all[7].ticket) == cancel_result::cancelled);
    CHECK(take(words).word == nullptr); // cancelled, but still on its way
}

TEST_CASE("a thread keeps its table, and two threads that run at once have two") {
    cancel_words* const mine = &cancel_words::of_this_thread();
    CHECK(&cancel_words::of_this_thread() == mine);
    cancel_words* other = nullptr;
    std::thread{[&] { other = &cancel_words::of_this_thread(); }}.join();
    CHECK(other != nullptr);
    CHECK(other != mine);
}

TEST_CASE("the table of a thread that has ended serves a later one, and its handles stay valid") {
    cancel_words* first = nullptr;
    taken ended;
    taken pending;
    std::thread{[&] {
        first = &cancel_words::of_this_thread();
        ended = take(*first);
        pending = take(*first);
        ended.word->claim();
    }}.join();
    CHECK(ended.word->cancel(ended.ticket) == cancel_result::too_late);
    cancel_words* second = nullptr;
    std::thread{[&] {
        second = &cancel_words::of_this_thread();
        for (std::size_t i = 0; i < second->size(); ++i) { // once round the table
            const taken one = take(*second);
            CHECK(one.word != pending.word); // its post is still under way
            one.word->claim();
        }
    }}.join();
    CHECK(second == first);
    CHECK(ended.word->cancel(ended.ticket) == cancel_result::too_late);
    CHECK(pending.word->cancel(pending.ticket) == cancel_result::cancelled);
    CHECK_FALSE(pending.word->claim());
}

} // namespace cancel_words_test
