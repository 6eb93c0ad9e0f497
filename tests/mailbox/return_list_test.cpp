#include <iapp/mailbox/return_list.hpp>

#include <doctest/doctest.h>

#include <thread>
#include <vector>

using namespace iapp;

namespace return_list_test {

namespace {

struct node {
    node* next = nullptr;
    unsigned pusher = 0;
    unsigned number = 0;
};

std::vector<unsigned> numbers_of(const node* first) {
    std::vector<unsigned> seen;
    for (; first != nullptr; first = first->next) {
        seen.push_back(first->number);
    }
    return seen;
}

} // namespace

TEST_CASE("a return list gives all nodes at once, the latest chain first") {
    basic_return_list<node> list;
    CHECK(list.empty());
    CHECK(list.take_all() == nullptr);
    node nodes[4];
    for (unsigned i = 0; i < 4; ++i) {
        nodes[i].number = i;
    }
    list.push_chain(&nodes[0], &nodes[0]);
    nodes[1].next = &nodes[2];
    nodes[2].next = &nodes[3];
    list.push_chain(&nodes[1], &nodes[3]);
    CHECK_FALSE(list.empty());
    CHECK(numbers_of(list.take_all()) == std::vector<unsigned>{1, 2, 3, 0});
    CHECK(list.empty());
    CHECK(list.take_all() == nullptr);
}

TEST_CASE("nodes may come back to a list they were taken from") {
    basic_return_list<node> list;
    node nodes[2];
    nodes[1].number = 1;
    for (int round = 0; round < 3; ++round) {
        list.push_chain(&nodes[0], &nodes[0]);
        list.push_chain(&nodes[1], &nodes[1]);
        CHECK(numbers_of(list.take_all()) == std::vector<unsigned>{1, 0});
    }
}

TEST_CASE("what many threads push while the owner takes arrives once, each thread's in order") {
    constexpr unsigned pushers = 3;
    constexpr unsigned each = 20'000;
    basic_return_list<node> list;
    std::vector<std::vector<node>> nodes(pushers, std::vector<node>(each));
    std::vector<std::thread> threads;
    for (unsigned p = 0; p < pushers; ++p) {
        threads.emplace_back([&, p] {
            for (unsigned i = 0; i < each; ++i) {
                nodes[p][i].pusher = p;
                nodes[p][i].number = i;
                list.push_chain(&nodes[p][i], &nodes[p][i]);
            }
        });
    }
    unsigned next[pushers] = {};
    for (unsigned taken = 0; taken < pushers * each;) {
        node* oldest = nullptr; // a stack: turned round, the oldest comes first
        for (node* top = list.take_all(); top != nullptr; ++taken) {
            node* const below = top->next;
            top->next = oldest;
            oldest = top;
            top = below;
        }
        for (; oldest != nullptr; oldest = oldest->next) {
            CHECK(oldest->number == next[oldest->pusher]++);
        }
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(list.empty());
}

} // namespace return_list_test
