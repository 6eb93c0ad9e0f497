// Asks across workers and systems.

#include "support/actors.hpp"

#include <iapp/testing/kit.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace asking_far_test {

namespace {

struct question {
    using reply = std::string;
    std::string text;
};

struct number {
    using reply = int;
    int of = 0;
};

struct has_waiting {
    using reply = bool;
};

struct quit {};

// Answers the next one when it gets another, and the last one at its end, by letting it go.
class hesitant {
  public:
    using accepts = messages<question, number, has_waiting, quit>;

    explicit hesitant(context& cx) : cx_{cx} {}

    void on(question&& what, replier<std::string> to) {
        if (waiting_) {
            waiting_.answer(text_);
        }
        waiting_ = std::move(to);
        text_ = std::move(what.text);
    }

    int on(number what) { return what.of + 1; }

    bool on(has_waiting) { return static_cast<bool>(waiting_); }

    void on(quit) { cx_.stop(); }

  private:
    context& cx_;
    replier<std::string> waiting_;
    std::string text_;
};

struct rounds {
    using reply = int;
    int count = 0;
};

struct ask_one {
    using reply = std::string;
};

// Asks again and again, and answers its own asker with the sum.
class curious {
  public:
    using accepts = messages<rounds, ask_one>;

    curious(context& cx, const ref_to<hesitant>& whom) : cx_{cx}, whom_{whom} {}

    void on(rounds what, replier<int> to) {
        left_ = what.count;
        sum_ = 0;
        to_ = std::move(to);
        next();
    }

    void on(ask_one, replier<std::string> to) {
        cx_.ask<question>(
            whom_, patience(),
            [to = std::move(to)](result<std::string> answer) mutable {
                if (answer) {
                    to.answer(*answer);
                } else {
                    to.fail(answer.error());
                }
            },
            "a text that does not fit into a parcel");
    }

  private:
    void next() {
        if (left_-- == 0) {
            to_.answer(sum_);
            return;
        }
        cx_.ask<number>(
            whom_, patience(),
            [this](result<int> answer) {
                if (answer) {
                    sum_ += *answer;
                    next();
                } else {
                    to_.fail(answer.error());
                }
            },
            left_);
    }

    context& cx_;
    ref_to<hesitant> whom_;
    replier<int> to_;
    int left_ = 0;
    int sum_ = 0;
};

// Lets those who ask wait to its end.
class silent {
  public:
    using accepts = messages<number>;

    void on(number, replier<int> to) { waiting_.push_back(std::move(to)); }

  private:
    std::vector<replier<int>> waiting_;
};

struct ask_often {
    int times = 0;
};

class patient {
  public:
    using accepts = messages<ask_often>;

    patient(context& cx, const ref_to<silent>& whom) : cx_{cx}, whom_{whom} {}

    void on(ask_often what) {
        for (int i = 0; i < what.times; ++i) {
            cx_.ask<number>(
                whom_, 1h, [](const result<int>&) {}, i);
        }
    }

  private:
    context& cx_;
    ref_to<silent> whom_;
};

void ask_each_other(checked_system& near, checked_system& far, unsigned far_worker) {
    const auto whom = far->spawn<hesitant>({.on = {far_worker}});
    const auto asker = near->spawn<curious>({}, whom);
    CHECK(near.ask(asker, rounds{100}) == 5050);
    const auto other = near->spawn<curious>({}, whom);
    std::thread first{[&] {
        CHECK(near->ask(asker, patience(), ask_one{}).value() ==
              "a text that does not fit into a parcel");
    }};
    CHECK(eventually([&] { return far.ask<has_waiting>(whom); }));
    // It answers the first, and its own question is let go.
    CHECK_FALSE(near->ask(other, 5ms, ask_one{}));
    first.join();
    whom.send(quit{});
}

} // namespace

TEST_CASE("actors of two workers ask each other") {
    checked_system sys{{.workers = 2}};
    ask_each_other(sys, sys, 1);
    const worker_statistics last = sys.stop();
    CHECK(last.asks.asks ==
          last.asks.answered + last.asks.timed_out + last.asks.unanswered + last.asks.cancelled);
}

TEST_CASE("actors of two systems ask each other") {
    checked_system near;
    checked_system far;
    ask_each_other(near, far, 0);
    far.stop();
}

TEST_CASE("an ask of an actor whose system has stopped is unanswered") {
    checked_system near;
    checked_system far;
    const auto whom = far->spawn<hesitant>({});
    const auto asker = near->spawn<curious>({}, whom);
    far.stop();
    const auto answer = near->ask(asker, patience(), rounds{1});
    CHECK(answer.error() == actor_error::unanswered);
}

TEST_CASE("a reply that a stop keeps from its worker reaches no ask of the sender's worker") {
    testing::kit kit{{.workers = 2, .limits = {.ring_messages_max = 2}}};
    const auto whom = kit.spawn_with<silent>({.on = {1}});
    kit.inject(kit.spawn_with<patient>({.on = {1}}, whom), ask_often{1}); // so it has a table
    kit.inject(kit.spawn_with<patient>({.on = {0}}, whom), ask_often{20});
    const worker_statistics last = kit.finish(); // the ring takes two replies, the outbox the rest
    CHECK(last.asks.asks == 21);
    CHECK(last.asks.cancelled == 21);
    CHECK(last.asks.late == 21);
}

TEST_CASE("what is asked and not answered when a system stops is unanswered") {
    checked_system near;
    checked_system far;
    const auto whom = far->spawn<hesitant>({});
    const auto asker = near->spawn<curious>({}, whom);
    std::thread waits{
        [&] { CHECK(near->ask(asker, patience(), ask_one{}).error() == actor_error::unanswered); }};
    CHECK(eventually([&] { return far->statistics(patience())->actors.delivered == 1; }));
    far.stop();
    waits.join();
}

} // namespace asking_far_test
