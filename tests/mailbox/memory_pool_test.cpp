#include <iapp/mailbox/memory_pool.hpp>

#include "support/random.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <vector>

using namespace iapp;
using namespace iapp::test;

namespace memory_pool_test {

TEST_CASE("a block that was given back is the next one handed out") {
    memory_pool pool;
    void* first = pool.allocate(40);
    pool.deallocate(first, 40);
    CHECK(pool.allocate(64) == first); // the same class: 33 to 64 bytes
    pool.deallocate(first, 64);
    CHECK(pool.outstanding() == 0);
}

TEST_CASE("blocks are aligned as operator new aligns, and do not overlap") {
    INFO("IAPP_TEST_SEED=" << seed());
    random_source random{seed()};
    memory_pool pool;

    struct held {
        unsigned char* at;
        std::size_t size;
        unsigned char fill;
    };

    std::vector<held> blocks;
    for (int step = 0; step < 5'000; ++step) {
        if (blocks.size() < 200 && !random.one_in(3)) {
            const std::size_t size = random.below(1'400); // also beyond the largest class
            auto* at = static_cast<unsigned char*>(pool.allocate(size));
            CHECK(reinterpret_cast<std::uintptr_t>(at) % __STDCPP_DEFAULT_NEW_ALIGNMENT__ == 0);
            const auto fill = static_cast<unsigned char>(random.below(256));
            std::memset(at, fill, size);
            blocks.push_back({at, size, fill});
        } else if (!blocks.empty()) {
            std::swap(blocks[random.below(blocks.size())], blocks.back());
            const held gone = blocks.back();
            blocks.pop_back();
            CHECK(std::all_of(gone.at, gone.at + gone.size,
                              [&](unsigned char c) { return c == gone.fill; }));
            pool.deallocate(gone.at, gone.size);
        }
        CHECK(pool.outstanding() == blocks.size());
    }
    for (const held& block : blocks) {
        pool.deallocate(block.at, block.size);
    }
    CHECK(pool.outstanding() == 0);
}

TEST_CASE("the steady state takes nothing from the heap") {
    memory_pool pool;
    std::vector<void*> blocks(3000);
    const auto round = [&] {
        for (void*& block : blocks) {
            block = pool.allocate(100);
        }
        for (void* block : blocks) {
            pool.deallocate(block, 100);
        }
    };
    round();
    const std::size_t reserved = pool.reserved_bytes();
    CHECK(reserved >= 3000 * 100);
    round();
    CHECK(pool.reserved_bytes() == reserved);
}

TEST_CASE("make and destroy run constructors and destructors") {
    struct noted {
        noted(int& count_, int by) : count{count_} { count += by; }

        ~noted() { count = 0; }

        int& count;
    };

    memory_pool pool;
    int count = 0;
    noted* made = pool.make<noted>(count, 3);
    CHECK(count == 3);
    pool.destroy(made);
    CHECK(count == 0);
    CHECK(pool.outstanding() == 0);
}

TEST_CASE("a constructor that throws gives its memory back") {
    struct thrower {
        thrower() { throw std::runtime_error("no"); }
    };

    memory_pool pool;
    CHECK_THROWS(pool.make<thrower>());
    CHECK(pool.outstanding() == 0);
}

TEST_CASE("large requests go to the heap and come back") {
    memory_pool pool;

    struct large {
        std::array<char, 5000> bytes{};
    };

    large* made = pool.make<large>();
    CHECK(pool.outstanding() == 1);
    CHECK(pool.reserved_bytes() == 0);
    pool.destroy(made);
    CHECK(pool.outstanding() == 0);
}

} // namespace memory_pool_test
