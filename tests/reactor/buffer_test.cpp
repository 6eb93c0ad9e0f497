#include <iapp/reactor/buffer_list.hpp>
#include <iapp/reactor/buffer_pool.hpp>

#include "support/random.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

using namespace iapp;
using namespace iapp::test;

namespace buffer_test {

namespace {

std::string text_of(const buffer_list& list) {
    std::array<std::span<const std::byte>, 2'000> slices;
    const std::size_t used = list.gather(slices);
    std::string text;
    for (std::size_t i = 0; i < used; ++i) {
        text.append(reinterpret_cast<const char*>(slices[i].data()), slices[i].size());
    }
    return text;
}

} // namespace

TEST_CASE("an empty buffer is nothing, and can be copied and let go") {
    buffer none;
    CHECK_FALSE(none);
    CHECK(none.empty());
    CHECK(none.data() == nullptr);
    CHECK(none.text().empty());
    CHECK(none.writable().empty());
    const buffer copy = none;
    CHECK_FALSE(copy);
    CHECK(none.pool() == nullptr);
}

TEST_CASE("copies and slices share the bytes, and the last one gives them back") {
    buffer_pool pool;
    buffer all = pool.copy("hello world");
    CHECK(pool.outstanding() == 1);
    buffer world = all.slice(6, 5);
    buffer copy = all;
    CHECK(world.text() == "world");
    CHECK(world.data() == all.data() + 6);
    CHECK(pool.outstanding() == 1);
    all = {};
    copy = {};
    CHECK(world.text() == "world");
    CHECK(pool.outstanding() == 1);
    world = buffer{};
    CHECK(pool.outstanding() == 0);
}

TEST_CASE("prefixes and tails are cut off without a copy") {
    buffer_pool pool;
    buffer one = pool.copy("abcdef");
    const std::byte* const start = one.data();
    one.remove_prefix(2);
    one.truncate(3);
    CHECK(one.text() == "cde");
    CHECK(one.data() == start + 2);
    CHECK(one.first(1).text() == "c");
    CHECK(one.slice(3, 0).empty());
    one.remove_prefix(3);
    CHECK(one.empty());
}

TEST_CASE("moving leaves nothing behind, assigning to itself changes nothing") {
    buffer_pool pool;
    buffer a = pool.copy("abc");
    buffer b = std::move(a);
    CHECK_FALSE(a); // NOLINT: moved from on purpose
    CHECK(a.empty());
    buffer& same = b;
    b = same;
    CHECK(b.text() == "abc");
    CHECK(b.writable().size() == 3); // still the sole holder
}

TEST_CASE("a list puts slices in a row, and leaves out empty ones") {
    buffer_pool pool;
    buffer_list list;
    CHECK(list.empty());
    list.push_back(pool.copy("ab"));
    list.push_back(buffer{});
    list.push_back(pool.copy("cde").slice(3, 0));
    list.push_back(pool.copy("f"));
    CHECK(list.size_bytes() == 3);
    CHECK(text_of(list) == "abf");
    std::array<std::span<const std::byte>, 1> one;
    CHECK(list.gather(one) == 1);
    CHECK(one[0].size() == 2);
    list.clear();
    CHECK(list.empty());
    CHECK(list.size_bytes() == 0);
    CHECK(pool.outstanding() == 0);
}

TEST_CASE("lists are joined, moved and assigned") {
    buffer_pool pool;
    buffer_list a{pool.copy("a")};
    buffer_list b{pool.copy("b")};
    a.append(std::move(b));
    CHECK(b.empty()); // NOLINT: moved from on purpose
    b.push_back(pool.copy("c"));
    a.append(std::move(b));
    a.append(buffer_list{});
    CHECK(text_of(a) == "abc");
    buffer_list c{pool.copy("gone")};
    c = std::move(a);
    CHECK(text_of(c) == "abc");
    CHECK(a.empty()); // NOLINT: moved from on purpose
    a.append(std::move(c));
    CHECK(text_of(a) == "abc");
    CHECK(pool.outstanding() == 3);
}

TEST_CASE("consuming takes bytes off the front, wherever it ends") {
    INFO("IAPP_TEST_SEED=" << seed());
    random_source random{seed()};
    buffer_pool pool;
    buffer_list list;
    std::string model;
    for (int step = 0; step < 3'000; ++step) {
        if (random.one_in(2)) {
            const std::string text(1 + random.below(20), static_cast<char>('a' + step % 26));
            list.push_back(pool.copy(text));
            model += text;
        } else {
            const std::size_t count = random.below(std::min<std::size_t>(model.size(), 50) + 1);
            list.consume(count);
            model.erase(0, count);
        }
        REQUIRE(list.size_bytes() == model.size());
        REQUIRE(list.empty() == model.empty());
        if (step % 100 == 0) {
            CHECK((text_of(list) == model));
        }
    }
    list.clear();
    CHECK(pool.outstanding() == 0);
}

TEST_CASE("a list's nodes come from its pool: the steady state maps and allocates nothing") {
    buffer_pool pool;
    const auto round = [&] {
        buffer_list list;
        for (int i = 0; i < 1000; ++i) {
            list.push_back(pool.copy("abc"));
        }
    };
    round();
    const std::size_t reserved = pool.nodes().reserved_bytes();
    const std::size_t mapped = pool.mapped_bytes();
    round();
    CHECK(pool.nodes().reserved_bytes() == reserved);
    CHECK(pool.mapped_bytes() == mapped);
}

} // namespace buffer_test
