// What an actor costs in memory.

#include "support/stepped_worker.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <type_traits>

using namespace iapp;
using namespace iapp::test;

namespace size_test {

namespace {

struct idle {
    using accepts = messages<add>;

    void on(add) {}
};

// Of the table of actors: what names the cell, its generation, and whether it lives.
constexpr std::size_t entry_bytes = 16;

// In the worker's pool.
template <class A>
constexpr std::size_t block_bytes = (sizeof(cell_of<A>) + memory_pool::step_bytes - 1) /
                                    memory_pool::step_bytes* memory_pool::step_bytes;

static_assert(block_bytes<idle> + entry_bytes <= 160);

// A name, whatever it may send, is as cheap to copy as two words.
static_assert(sizeof(ref<>) == 16 && sizeof(ref<add, total>) == 16);
static_assert(std::is_trivially_copyable_v<ref<add, total>>);

} // namespace

TEST_CASE("an idle actor without state takes at most 160 bytes") {
    stepped_worker worker;
    constexpr std::size_t count = 10'000;
    const std::size_t before = worker.loop().memory().reserved_bytes();
    for (std::size_t i = 0; i < count; ++i) {
        worker.spawn<idle>();
    }
    const std::size_t each = (worker.loop().memory().reserved_bytes() - before) / count;
    std::printf("an idle actor: a cell of %zu bytes in a block of %zu, %zu in its table\n",
                sizeof(cell_of<idle>), each, entry_bytes);
    CHECK(each + entry_bytes <= 160);
    CHECK(worker.loop().memory().outstanding() == count);
}

} // namespace size_test
