#include <iapp/mailbox/slot_table.hpp>

#include "support/random.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

using namespace iapp;
using namespace iapp::test;

namespace slot_table_test {

namespace {

struct counted {
    explicit counted(int& alive_) : alive{alive_} { ++alive; }

    counted(const counted&) = delete;
    counted& operator=(const counted&) = delete;

    ~counted() { --alive; }

    int& alive;
};

} // namespace

TEST_CASE("a default name finds nothing") {
    slot_table<int> table{10};
    CHECK_FALSE(slot_id{});
    CHECK(table.find({}) == nullptr);
    slot_id id;
    table.create(id, 5);
    CHECK(table.find({}) == nullptr);
    CHECK(table.find({id.slot, id.generation + 1}) == nullptr);
    CHECK(table.find({1'000'000, 1}) == nullptr);
}

TEST_CASE("a name finds its entry until that is destroyed") {
    slot_table<std::string> table{10};
    slot_id id;
    std::string* made = table.create(id, "hello");
    REQUIRE(made != nullptr);
    CHECK(table.find(id) == made);
    CHECK(table.size() == 1);
    table.destroy(id);
    CHECK(table.find(id) == nullptr);
    CHECK(table.size() == 0);
}

TEST_CASE("a slot is reused only after recycle, and under another name") {
    slot_table<int> table{1};
    slot_id first;
    slot_id second;
    table.create(first, 1);
    table.destroy(first);
    CHECK(table.create(second, 2) == nullptr);
    table.recycle();
    REQUIRE(table.create(second, 2) != nullptr);
    CHECK(second.slot == first.slot);
    CHECK(second.generation != first.generation);
    CHECK(table.find(first) == nullptr);
    CHECK(*table.find(second) == 2);
}

TEST_CASE("the limit is exact, whatever it is") {
    for (const std::uint32_t limit : {1U, 63U, 64U, 65U, 200U}) {
        CAPTURE(limit);
        slot_table<int> table{limit};
        std::vector<slot_id> ids(limit);
        for (slot_id& id : ids) {
            REQUIRE(table.create(id, 0) != nullptr);
        }
        slot_id extra;
        CHECK(table.create(extra, 0) == nullptr);
        CHECK_FALSE(extra);
        table.destroy(ids.front());
        table.recycle();
        CHECK(table.create(extra, 0) != nullptr);
        CHECK(table.size() == limit);
    }
}

TEST_CASE("entries stay at their addresses while the table grows") {
    slot_table<int> table{1000};
    slot_id first;
    int* at = table.create(first, 42);
    for (int i = 0; i < 900; ++i) {
        slot_id id;
        table.create(id, i);
    }
    CHECK(table.find(first) == at);
    CHECK(*at == 42);
}

TEST_CASE("a constructor that throws leaves the table as it was") {
    struct thrower {
        explicit thrower(bool now) {
            if (now) {
                throw std::runtime_error("no");
            }
        }
    };

    slot_table<thrower> table{1};
    slot_id id;
    CHECK_THROWS(table.create(id, true));
    CHECK(table.size() == 0);
    CHECK(table.create(id, false) != nullptr);
}

TEST_CASE("for_each visits the living, and may destroy the one it visits") {
    int alive = 0;
    {
        slot_table<counted> table{100};
        std::vector<slot_id> ids(10);
        for (slot_id& id : ids) {
            table.create(id, alive);
        }
        table.destroy(ids[3]);
        unsigned seen = 0;
        table.for_each([&](slot_id id, counted&) {
            ++seen;
            if (id.slot % 2 == 0) {
                table.destroy(id);
            }
        });
        CHECK(seen == 9);
        CHECK(table.size() == static_cast<std::size_t>(alive));
    }
    CHECK(alive == 0); // the table destroys what is left
}

TEST_CASE("a name survives being packed into a word") {
    const slot_id id{123'456, 987'654};
    CHECK(slot_id::from_word(id.to_word()) == id);
    CHECK(slot_id::from_word(0) == slot_id{});
}

TEST_CASE("random use agrees with a map") {
    INFO("IAPP_TEST_SEED=" << seed());
    random_source random{seed()};
    slot_table<std::uint64_t> table{150};
    std::unordered_map<slot_id, std::uint64_t> model;
    std::vector<slot_id> dead;
    for (int step = 0; step < 20'000; ++step) {
        const std::uint64_t what = random.below(10);
        if (what < 5) {
            slot_id id;
            const std::uint64_t value = random.below(1000);
            if (table.create(id, value) != nullptr) {
                CHECK(model.emplace(id, value).second);
            } else {
                CHECK(model.size() + dead.size() >= 150);
            }
        } else if (what < 9 && !model.empty()) {
            const slot_id id = model.begin()->first;
            table.destroy(id);
            model.erase(id);
            dead.push_back(id);
        } else {
            for (const slot_id id : dead) {
                CHECK(table.find(id) == nullptr);
            }
            table.recycle();
            dead.clear();
        }
        CHECK(table.size() == model.size());
    }
    for (const auto& [id, value] : model) {
        REQUIRE(table.find(id) != nullptr);
        CHECK(*table.find(id) == value);
    }
}

} // namespace slot_table_test
