// The memory of messages and its way home.

#include <iapp/mailbox/memory_home.hpp>

#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <set>
#include <stdexcept>
#include <thread>

using namespace iapp;

namespace memory_home_test {

namespace {

struct medium {
    std::array<char, 200> bytes{};
};

// Larger than any block of a pool: its memory comes from the system heap.
struct large {
    std::array<char, 2 * memory_pool::largest_bytes> bytes{};
};

struct failing {
    failing() { throw std::runtime_error{"no"}; }
};

struct home_of_worker {
    memory_pool pool;
    memory_home home{5, pool};

    template <class M, class... Args>
    envelope* make(Args&&... args) {
        return home.make<M>(7, message_type_of<M>, std::forward<Args>(args)...);
    }
};

} // namespace

TEST_CASE("an envelope says what it is, for whom and where it comes from") {
    home_of_worker w;
    CHECK(w.home.worker() == 5);
    envelope* const made = w.make<std::unique_ptr<int>>(std::make_unique<int>(3));
    CHECK(made->to == 7);
    CHECK(made->type == &message_type_of<std::unique_ptr<int>>);
    CHECK(made->home == &w.home);
    CHECK(**static_cast<std::unique_ptr<int>*>(made->payload()) == 3);
    CHECK(reinterpret_cast<std::uintptr_t>(made->payload()) % parcel::payload_alignment == 0);
    CHECK(w.pool.outstanding() == 1);
    made->destroy_payload();
    w.home.release(made);
    CHECK(w.pool.outstanding() == 0);
}

TEST_CASE("a payload whose constructor throws leaves no block behind") {
    home_of_worker w;
    CHECK_THROWS_AS(w.make<failing>(), std::runtime_error);
    CHECK(w.pool.outstanding() == 0);
}

TEST_CASE("the pool does not grow while there are blocks that came home") {
    home_of_worker w;
    envelope* const first = w.make<medium>();
    envelope* last = first;
    while (w.home.at_hand<medium>()) { // the whole chunk
        last = last->next = w.make<medium>();
    }
    const std::size_t reserved = w.pool.reserved_bytes();
    w.home.return_chain(first, last);
    envelope* const next = w.make<medium>();
    CHECK(w.pool.reserved_bytes() == reserved);
    CHECK(w.pool.outstanding() == 1);
    w.home.release(next);
}

TEST_CASE("large blocks that came home go on to the system heap before more are taken from it") {
    home_of_worker w;
    envelope* const first = w.make<large>();
    w.home.return_chain(first, first);
    envelope* const next = w.make<large>();
    CHECK(w.pool.outstanding() == 1);
    w.home.release(next);
}

TEST_CASE("blocks that another thread returns are used again, once their owner has taken them in") {
    home_of_worker w;
    std::set<envelope*> made;
    for (int i = 0; i < 10; ++i) {
        made.insert(w.make<medium>());
    }
    const std::size_t reserved = w.pool.reserved_bytes();
    std::thread{[&] {
        envelope* first = nullptr;
        envelope* last = nullptr;
        for (envelope* each : made) {
            each->destroy_payload();
            each->next = first;
            first = each;
            last = last == nullptr ? each : last;
        }
        w.home.return_chain(first, last);
    }}.join();
    CHECK(w.pool.outstanding() == 10); // on their way
    w.home.take_returned();
    CHECK(w.pool.outstanding() == 0);
    for (int i = 0; i < 10; ++i) {
        CHECK(made.erase(w.make<medium>()) == 1);
    }
    CHECK(w.pool.reserved_bytes() == reserved);
    CHECK(w.pool.outstanding() == 10);
}

TEST_CASE("large blocks go home as well, and from there to the system heap") {
    home_of_worker w;
    envelope* const one = w.make<large>();
    envelope* const two = w.make<large>();
    CHECK(w.pool.reserved_bytes() == 0);
    one->next = two;
    std::thread{[&] { w.home.return_chain(one, two); }}.join();
    CHECK(w.pool.outstanding() == 2);
    w.home.take_returned();
    CHECK(w.pool.outstanding() == 0); // a leak would show under AddressSanitizer
    w.home.take_returned();
    CHECK(w.pool.outstanding() == 0);
}

TEST_CASE("an envelope of a thread without a pool has no home") {
    envelope* const made = make_heap_envelope<medium>(9, message_type_of<medium>);
    CHECK(made->home == nullptr);
    CHECK(made->to == 9);
    CHECK(made->block_bytes() == sizeof(envelope) + sizeof(medium));
    made->destroy_payload();
    ::operator delete(made);
    CHECK_THROWS_AS(make_heap_envelope<failing>(9, message_type_of<failing>), std::runtime_error);
}

} // namespace memory_home_test
