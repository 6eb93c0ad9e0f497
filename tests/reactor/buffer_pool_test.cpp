#include <iapp/reactor/buffer_pool.hpp>

#include <doctest/doctest.h>

#include <cstring>
#include <vector>

using namespace iapp;

namespace buffer_pool_test {

TEST_CASE("every size from one byte to the largest can be had, and written to its end") {
    buffer_pool pool;
    for (const std::size_t size :
         {std::size_t{1}, std::size_t{255}, std::size_t{256}, std::size_t{257}, std::size_t{4096},
          std::size_t{16'384}, std::size_t{65'537}, buffer_pool::largest_bytes}) {
        CAPTURE(size);
        buffer one = pool.allocate(size);
        REQUIRE(one);
        CHECK(one.size() == size);
        std::memset(one.writable().data(), 'x', size);
        CHECK(one.text().back() == 'x');
    }
    CHECK(pool.outstanding() == 0);
}

TEST_CASE("the block that was freed last is handed out first") {
    buffer_pool pool;
    buffer a = pool.allocate(1000);
    buffer b = pool.allocate(1000);
    const std::byte* const at = a.data();
    a = {};
    CHECK(pool.allocate(600).data() == at); // the same class: 513 to 1024 bytes
}

TEST_CASE("at its limit the pool gives empty buffers, until some come back") {
    constexpr std::size_t limit = 2 * (256 + 4) * 1024; // two arenas, each with a page to shift it
    constexpr std::size_t blocks = 2 * 256 / 16;
    buffer_pool pool{{.limit_bytes = limit}};
    std::vector<buffer> all;
    while (buffer one = pool.allocate(16 * 1024)) {
        all.push_back(std::move(one));
        REQUIRE(all.size() <= blocks);
    }
    CHECK(all.size() == blocks);
    CHECK(pool.mapped_bytes() <= limit);
    CHECK_FALSE(pool.can_allocate(16 * 1024));
    CHECK_FALSE(pool.can_allocate(1)); // another class has no arena of its own
    CHECK_FALSE(pool.copy("hello"));
    all.pop_back();
    CHECK(pool.can_allocate(16 * 1024));
    CHECK(pool.can_allocate(10'000));
    CHECK(pool.allocate(16 * 1024));
    CHECK(pool.outstanding() == all.size());
}

TEST_CASE("can_allocate tells what allocate does") {
    buffer_pool pool{{.limit_bytes = 1 << 20}};
    std::vector<buffer> all;
    for (std::size_t size = 256; size <= buffer_pool::largest_bytes; size *= 2) {
        const bool promised = pool.can_allocate(size);
        buffer one = pool.allocate(size);
        CHECK(promised == static_cast<bool>(one));
        all.push_back(std::move(one));
    }
}

TEST_CASE("a pool too small for anything gives nothing and does not fail") {
    buffer_pool pool{{.limit_bytes = 1000}};
    CHECK_FALSE(pool.can_allocate(1));
    CHECK_FALSE(pool.allocate(1));
    CHECK(pool.mapped_bytes() == 0);
}

TEST_CASE("huge and locked pages are wishes: refused ones leave ordinary pages") {
    for (const bool huge : {false, true}) {
        for (const bool locked : {false, true}) {
            CAPTURE(huge);
            CAPTURE(locked);
            buffer_pool pool{{.pages = {.huge = huge, .locked = locked}}};
            buffer one = pool.allocate(100'000);
            REQUIRE(one);
            std::memset(one.writable().data(), 'x', one.size());
            CHECK(pool.mapped_bytes() >= 100'000);
            CHECK(pool.arenas_degraded() <= 1);
            CHECK((huge || locked || pool.arenas_degraded() == 0));
        }
    }
}

TEST_CASE("a copy of nothing is an empty buffer that takes no memory") {
    buffer_pool pool;
    CHECK_FALSE(pool.copy(""));
    CHECK(pool.mapped_bytes() == 0);
    CHECK(pool.copy("abc").text() == "abc");
}

TEST_CASE("a lent block is nobody's buffer until it is handed out") {
    buffer_pool pool;
    detail::buffer_block* const unused = pool.lend(1000);
    detail::buffer_block* const filled = pool.lend(1000);
    REQUIRE(unused != nullptr);
    REQUIRE(filled != nullptr);
    CHECK(pool.outstanding() == 0);
    pool.take_back(unused);
    {
        const buffer b = pool.hand_out(filled, 10);
        CHECK(b.size() == 10);
        CHECK(pool.outstanding() == 1);
    }
    CHECK(pool.outstanding() == 0);
    CHECK(pool.lend(1000) == filled); // the one freed last
    pool.take_back(filled);
}

TEST_CASE("the last memory of a pool is not lent") {
    buffer_pool pool{{.limit_bytes = std::size_t{512} << 10}};
    std::vector<detail::buffer_block*> lent;
    while (detail::buffer_block* block = pool.lend(16 * 1024)) {
        lent.push_back(block);
    }
    CHECK_FALSE(lent.empty());
    std::vector<buffer> left;
    while (buffer one = pool.allocate(16 * 1024)) {
        left.push_back(std::move(one));
    }
    CHECK(left.size() >= 15);
    for (detail::buffer_block* block : lent) {
        pool.take_back(block);
    }
}

} // namespace buffer_pool_test
