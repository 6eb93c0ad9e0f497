// Actors that ask actors, on one worker that the test steps.

#include "support/stepped_worker.hpp"

#include <memory>
#include <string>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace asking_test {

namespace {

struct square {
    using reply = int;
    int of = 0;
};

struct join {
    using reply = std::string;
    std::string left;
    std::string right;
};

struct note_down {
    using reply = void;
    int value = 0;
};

// Answered when the test says so.
struct question {
    using reply = int;
};

struct fail {
    using reply = int;
};

struct quit {
    using reply = int;
};

class clerk {
  public:
    using accepts = messages<square, join, note_down, question, fail, quit>;

    explicit clerk(context& cx_) : cx{cx_} {}

    int on(square what) { return what.of * what.of; }

    std::string on(join what) { return what.left + what.right; }

    void on(note_down what) { noted += what.value; }

    void on(question, replier<int> to) { open = std::move(to); }

    int on(fail) { throw std::runtime_error{"as the test wants it"}; }

    int on(quit) {
        cx.stop();
        return 7;
    }

    auto self() { return cx.self(*this); }

    context& cx;
    int noted = 0;
    replier<int> open;
};

struct nudge {};

// Asks what the test tells it to, and writes down the answers.
class asker {
  public:
    using accepts = messages<nudge>;

    explicit asker(context& cx_) : cx{cx_} {}

    void on(nudge) {}

    template <class M, class... Args>
    ask_handle ask(const ref_to<clerk>& whom, Args... args) {
        return cx.ask<M>(
            whom, 10ms, [this](auto answer) { this->write(answer); }, args...);
    }

    void write(const result<int>& answer) {
        log += (answer ? std::to_string(*answer) : answer.error().message()) + ";";
    }

    void write(const result<void>& answer) {
        log += (answer ? "done" : answer.error().message()) + ";";
    }

    void write(const result<std::string>& answer) {
        log += (answer ? *answer : answer.error().message()) + ";";
    }

    context& cx;
    std::string log;
};

const std::string timed_out = std::make_error_code(std::errc::timed_out).message() + ";";
const std::string unanswered = make_error_code(actor_error::unanswered).message() + ";";
const std::string refused = make_error_code(actor_error::refused).message() + ";";

struct pair_of_actors {
    explicit pair_of_actors(const worker_limits& limits = {}) : w{limits} {}

    worker_statistics counted() { return w.loop().statistics(); }

    stepped_worker w;
    clerk& c = w.spawn<clerk>();
    asker& a = w.spawn<asker>();
    ref_to<clerk> to = c.self();
};

} // namespace

TEST_CASE("the answer to an ask comes to its callback, and not from within the call") {
    pair_of_actors p;
    ask_handle asked;
    p.w.act([&] {
        asked = p.a.ask<square>(p.to, 12);
        CHECK(asked.open());
        CHECK(p.a.log.empty());
    });
    CHECK(p.a.log == "144;");
    CHECK_FALSE(asked.open());
    const worker_statistics all = p.counted();
    CHECK(all.actors.sent == 1);
    CHECK(all.actors.delivered == 1);
    CHECK(all.asks.asks == 1);
    CHECK(all.asks.answered == 1);
}

TEST_CASE("a message is built in place, large and small, and a reply may be void") {
    pair_of_actors p;
    p.w.act([&] {
        p.a.ask<join>(p.to, "in two parts, ", "and longer than a parcel");
        p.a.ask<note_down>(p.to, 5);
        p.a.ask<square>(p.to);
    });
    CHECK(p.a.log == "in two parts, and longer than a parcel;done;0;");
    CHECK(p.c.noted == 5);
}

TEST_CASE("asks are answered in the order in which they were made") {
    pair_of_actors p;
    std::string expected;
    p.w.act([&] {
        for (int i = 0; i < 3000; ++i) {
            p.a.ask<square>(p.to, i);
            expected += std::to_string(i * i) + ";";
        }
    });
    p.w.turn(10);
    const bool in_order = p.a.log == expected;
    CHECK(in_order);
}

TEST_CASE("a callback may be large, hold what cannot be copied, and ask again") {
    pair_of_actors p;
    auto owned = std::make_unique<int>(3);
    const std::string text(100, 'x');

    struct {
        char bytes[200] = "large";
    } large;

    p.w.act([&] {
        p.a.cx.ask<square>(
            p.to, 10ms,
            [&p, owned = std::move(owned), text, large](result<int> answer) {
                p.a.log += std::to_string(*answer * *owned) + large.bytes + text.substr(99) + ";";
                p.a.ask<square>(p.to, 5);
            },
            2);
    });
    CHECK(p.a.log == "12largex;25;");
}

TEST_CASE("an ask that is not answered in time is timed_out, and its answer is late") {
    pair_of_actors p;
    p.w.act([&] { p.a.ask<question>(p.to); });
    p.w.pass(9ms);
    CHECK(p.a.log.empty());
    p.w.pass(2ms);
    CHECK(p.a.log == timed_out);
    p.w.act([&] { p.c.open.answer(1); });
    CHECK(p.a.log == timed_out);
    CHECK(p.counted().asks.timed_out == 1);
    CHECK(p.counted().asks.late == 1);
    CHECK(p.counted().actors.delivered == 1);
}

TEST_CASE("a deadline of ever is no deadline, and one in the past is the next turn") {
    pair_of_actors p;
    const auto write = [&](const result<int>& r) { p.a.write(r); };
    p.w.act([&] { p.a.cx.ask<question>(p.to, duration::max(), write); });
    p.w.pass(10'000h);
    CHECK(p.a.log.empty());
    p.w.act([&] { p.c.open.answer(1); });
    CHECK(p.a.log == "1;");
    p.w.act([&] {
        p.a.cx.ask<question>(p.to, -5s, write);
        CHECK(p.a.log == "1;");
    });
    p.w.turn();
    CHECK(p.a.log == "1;" + timed_out);
}

TEST_CASE("an ask of nobody, of an actor that is gone or fails, is unanswered") {
    pair_of_actors p;
    p.w.act([&] {
        p.a.ask<square>({}, 1);
        CHECK(p.a.log.empty());
    });
    p.w.turn();
    CHECK(p.a.log == unanswered);
    p.a.log.clear();
    p.w.act([&] {
        p.a.ask<fail>(p.to);
        p.a.ask<square>(p.to, 1); // finds it gone
    });
    CHECK(p.a.log == unanswered + unanswered);
    CHECK(dead_letters(p.counted(), dead_letter::stale) == 1);
    CHECK(p.counted().asks.unanswered == 3);
}

TEST_CASE("an actor that stops with its answer has answered") {
    pair_of_actors p;
    p.w.act([&] { p.a.ask<quit>(p.to); });
    CHECK(p.a.log == "7;");
}

TEST_CASE("an actor may ask itself") {
    pair_of_actors p;
    p.w.act([&] {
        p.c.cx.ask<square>(
            p.to, 10ms, [&](result<int> r) { p.a.write(r); }, 6);
    });
    CHECK(p.a.log == "36;");
}

TEST_CASE("an ask beyond the limit of open asks is refused with the next turn") {
    pair_of_actors p{{.asks_max = 2}};
    p.w.act([&] {
        for (int i = 1; i <= 3; ++i) {
            p.a.ask<square>(p.to, i);
        }
        CHECK(p.a.log.empty());
    });
    CHECK(p.a.log == "1;4;");
    p.w.turn();
    CHECK(p.a.log == "1;4;" + refused);
    CHECK(p.counted().asks.unanswered == 1);
    p.w.act([&] { p.a.ask<square>(p.to, 4); });
    CHECK(p.a.log == "1;4;" + refused + "16;");
}

TEST_CASE("an ask that finds the mail full is refused, and its reply never is") {
    pair_of_actors p{{.local_messages_max = 2}};
    p.w.act([&] {
        for (int i = 1; i <= 3; ++i) {
            p.a.ask<square>(p.to, i);
        }
    });
    p.w.turn();
    CHECK(p.a.log == "1;4;" + refused);
    CHECK(dead_letters(p.counted(), dead_letter::refused) == 1);
    CHECK(p.counted().actors.sent == 3);
}

TEST_CASE("a cancelled ask is over: its callback is destroyed, and an answer is late") {
    pair_of_actors p;
    auto held = std::make_shared<int>(0);
    p.w.act([&] {
        ask_handle asked = p.a.cx.ask<square>(
            p.to, 10ms, [&p, held](result<int> r) { p.a.write(r); }, 2);
        CHECK(held.use_count() == 2);
        CHECK(asked.cancel());
        CHECK(held.use_count() == 1);
        CHECK_FALSE(asked.open());
        CHECK_FALSE(asked.cancel());
        CHECK_FALSE(ask_handle{}.cancel());
    });
    p.w.pass(1s);
    CHECK(p.a.log.empty());
    CHECK(p.counted().asks.cancelled == 1);
    CHECK(p.counted().asks.late == 1);
}

TEST_CASE("a callback may cancel another ask, and its own without effect") {
    pair_of_actors p;
    ask_handle first;
    ask_handle second;
    p.w.act([&] {
        first = p.a.cx.ask<square>(
            p.to, 10ms,
            [&](result<int> r) {
                CHECK_FALSE(first.cancel());
                CHECK(second.cancel());
                p.a.write(r);
            },
            2);
        second = p.a.ask<square>(p.to, 3);
    });
    p.w.pass(1s);
    CHECK(p.a.log == "4;");
}

TEST_CASE("an actor that has ended hears nothing: its callbacks are destroyed") {
    pair_of_actors p;
    auto held = std::make_shared<int>(0);
    p.w.act([&p, held] {
        p.a.cx.ask<square>(
            p.to, 10ms, [held](result<int>) { CHECK(false); }, 2);
        p.a.cx.stop();
    });
    p.w.pass(1s);
    CHECK(held.use_count() == 1);
    CHECK(p.counted().asks.cancelled + p.counted().asks.answered == 1);
}

TEST_CASE("an ask made by a constructor that throws is over") {
    pair_of_actors p;
    auto held = std::make_shared<int>(0);

    struct hasty {
        using accepts = messages<nudge>;

        hasty(context& cx, const ref_to<clerk>& to, const std::shared_ptr<int>& held_) {
            cx.ask<square>(
                to, 10ms, [held_](result<int>) { CHECK(false); }, 2);
            throw std::runtime_error{"as the test wants it"};
        }

        void on(nudge) {}
    };

    p.w.act([&] { CHECK_FALSE(p.a.cx.spawn<hasty>(p.to, held)); });
    CHECK(held.use_count() == 1);
    CHECK(p.counted().asks.late == 1);
}

TEST_CASE("a callback that throws fails its actor only, and one that stops it ends it") {
    pair_of_actors p;
    p.w.act([&] {
        p.a.cx.ask<square>(
            p.to, 10ms, [](result<int>) { throw std::runtime_error{"no"}; }, 2);
        p.a.cx.ask<square>(
            p.to, 10ms, [](result<int>) { CHECK(false); }, 2);
    });
    CHECK(p.counted().actors.actors_failed == 1);
    CHECK(p.counted().actors.actors_ended == 1);
    auto& other = p.w.spawn<asker>();
    p.w.act([&] {
        other.cx.ask<square>(
            p.to, 10ms, [&](result<int>) { other.cx.stop(); }, 2);
    });
    CHECK(p.counted().actors.actors_ended == 2);
}

TEST_CASE("asks that are open when a worker stops are over without their callbacks") {
    pair_of_actors p;
    auto held = std::make_shared<int>(0);
    p.w.act([&p, held] { p.a.cx.ask<question>(p.to, 1h, [held](result<int>) {}); });
    p.w.end();
    CHECK(held.use_count() == 1);
    CHECK(p.counted().asks.cancelled == 1);
    CHECK(p.counted().asks.late == 1);
}

} // namespace asking_test
