// Nodes go to other threads and come home through a return list; foreign threads ring as they push.

#include "mailbox/interleaving.hpp"

#include <iapp/mailbox/return_list.hpp>

#include <doctest/doctest.h>

#include <array>
#include <vector>

using namespace iapp;
using namespace iapp::test;

namespace interleaved_home_test {

namespace {

constexpr std::size_t nodes = 4;
constexpr unsigned visitors = 2;
constexpr unsigned journeys = 4; // to each visitor

struct node {
    scheduled_plain<node*> next{nullptr};
    scheduled_plain<unsigned> value{0};
};

// The owner sends its nodes out again and again; the visitors send chains of them home.
template <template <class> class Atomic>
class homecoming {
  public:
    explicit homecoming(scheduler& order) : order_{order} {
        for (node& each : nodes_) {
            free_.push_back(&each);
        }
    }

    std::string run() {
        std::string failure =
            order_.run({[this] { own(); }, [this] { visit(0); }, [this] { visit(1); }});
        return failure.empty() && free_.size() != nodes ? "a node has not come home" : failure;
    }

  private:
    void own() {
        std::array<unsigned, visitors> sent{};
        while (sent[0] + sent[1] < visitors * journeys || free_.size() < nodes) {
            take_home();
            for (unsigned i = 0; i < visitors; ++i) {
                if (sent[i] < journeys && !free_.empty()) {
                    node* const out = free_.back();
                    free_.pop_back();
                    out->value = ++sent[i];
                    ways_[i].push(&out, 1);
                    guests_[i].wake_if(guests_[i].bell.ring(1));
                }
            }
            order_.check(true, "");
            const bool all_sent = sent[0] + sent[1] == visitors * journeys;
            if (free_.empty() || (all_sent && free_.size() < nodes)) {
                owner_.sleep();
            }
        }
    }

    void take_home() {
        owner_.bell.collect();
        for (node* each = home_.take_all(); each != nullptr;) {
            node* const next = each->next;
            order_.check(each->value == 0, "not what the visitor has left");
            free_.push_back(each);
            order_.check(free_.size() <= nodes, "a node has come home twice");
            each = next;
        }
    }

    void visit(unsigned me) {
        for (unsigned seen = 0; seen < journeys;) {
            guests_[me].bell.collect();
            node* first = nullptr;
            node* last = nullptr;
            for (node* each = nullptr; ways_[me].pop(&each, 1) == 1; first = each) {
                order_.check(each->value == ++seen, "lost, doubled or out of order");
                each->value = 0;
                each->next = first;
                last = last == nullptr ? each : last;
            }
            order_.check(true, "");
            if (first != nullptr) {
                home_.push_chain(first, last);
                owner_.wake_if(owner_.bell.ring(basic_doorbell<Atomic>::foreign));
            } else {
                guests_[me].sleep();
            }
        }
    }

    scheduler& order_;
    std::array<node, nodes> nodes_;
    std::vector<node*> free_;
    basic_return_list<node, Atomic> home_;
    std::array<scheduled_ring<node*, nodes>, visitors> ways_;
    sleeper<scheduled_atomic> owner_;
    std::array<sleeper<scheduled_atomic>, visitors> guests_;
};

template <template <class> class Atomic>
std::string first_failure_of_homecoming(std::uint64_t seeds) {
    return first_failure(visitors + 1, seeds,
                         [](scheduler& order) { return homecoming<Atomic>{order}.run(); });
}

} // namespace

TEST_CASE("every node comes home once, with what its visitor has left in it") {
    CHECK(first_failure_of_homecoming<scheduled_atomic>(2'000) == "");
}

TEST_CASE("planted: a return list that orders nothing is found") {
    const std::string failure = first_failure_of_homecoming<relaxed_atomic>(fault_seeds);
    INFO(failure);
    CHECK(failure.find("a data race") == 0);
}

} // namespace interleaved_home_test
