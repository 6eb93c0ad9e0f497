// Answers that are left when a system ends.

#include "support/stepped_workers.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace left_answer_test {

namespace {

struct riddle {
    using reply = int;
};

// Keeps who asks waiting, to its end.
class sphinx {
  public:
    using accepts = messages<riddle>;

    explicit sphinx(context& cx) : cx_{cx} {}

    void on(riddle, replier<int> to) { waiting_.push_back(std::move(to)); }

    auto self() { return cx_.self(*this); }

  private:
    context& cx_;
    std::vector<replier<int>> waiting_;
};

class asker {
  public:
    using accepts = messages<>;

    explicit asker(context& cx) : cx_{cx} {}

    void ask(ref<riddle> whom) {
        cx_.ask<riddle>(whom, 1h, [](const result<int>&) {});
    }

  private:
    context& cx_;
};

} // namespace

TEST_CASE("answers that do not get to a worker that has ended are no answers to those of another") {
    stepped_workers w{2, {.ring_messages_max = 2}};
    auto& far = w.spawn<asker>(0);
    auto& near = w.spawn<asker>(1);
    auto& asked = w.spawn<sphinx>(1);
    w.in_turn(1, [&] { near.ask(asked.self()); }); // so that there are asks with the same names
    w.in_turn(0, [&] {
        for (int i = 0; i < 20; ++i) {
            far.ask(asked.self());
        }
    });
    w.settle();
    w.end(); // that of the asker first; there is no room for the answers on the way to it
}

} // namespace left_answer_test
