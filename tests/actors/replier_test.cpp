// Answers that come later, from elsewhere, or not at all.

#include "support/stepped_worker.hpp"

#include <string>
#include <thread>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace replier_test {

namespace {

struct question {
    using reply = std::string;
    int number = 0;
};

struct finish {
    using reply = void;
};

struct handover {
    int number;
    replier<std::string> to;
};

struct flush {};

// Answers when the test says so.
class slow_clerk {
  public:
    using accepts = messages<question, finish, handover, flush>;

    explicit slow_clerk(context& cx_) : cx{cx_} {}

    void on(question what, replier<std::string> to) {
        numbers.push_back(what.number);
        open.push_back(std::move(to));
    }

    void on(finish, replier<void> to) { finished = std::move(to); }

    void on(handover what) { what.to.answer("handed over " + std::to_string(what.number)); }

    void on(flush) { open.clear(); }

    auto self() { return cx.self(*this); }

    context& cx;
    std::vector<int> numbers;
    std::vector<replier<std::string>> open;
    replier<void> finished;
};

// Gives every question away.
class boss {
  public:
    using accepts = messages<question, finish>;

    boss(context& cx_, ref_to<slow_clerk> to_) : cx{cx_}, to{to_} {}

    void on(question what, replier<std::string> asker) {
        if (before) {
            before();
        }
        taken = cx.forward(to, question{what.number + 100}, std::move(asker));
    }

    void on(finish, replier<void> asker) { cx.forward(to, finish{}, std::move(asker)); }

    auto self() { return cx.self(*this); }

    context& cx;
    ref_to<slow_clerk> to;
    bool taken = false;
    std::function<void()> before;
};

struct office {
    explicit office(const worker_limits& limits = {}) : w{limits} {}

    void ask(const ref<question>& whom, int number) {
        asker.cx.ask<question>(
            whom, 1h, [this](result<std::string> r) { log += text(r); }, number);
    }

    static std::string text(const result<std::string>& r) {
        return (r ? *r : r.error().message()) + ";";
    }

    std::string take_log() { return std::exchange(log, {}); }

    worker_statistics counted() { return w.loop().statistics(); }

    std::string log;
    stepped_worker w;
    slow_clerk& clerk = w.spawn<slow_clerk>();
    slow_clerk& asker = w.spawn<slow_clerk>();
};

const std::string unanswered = make_error_code(actor_error::unanswered).message() + ";";

} // namespace

TEST_CASE("a replier answers later, in any order, once each") {
    office o;
    o.ask(o.clerk.self(), 1);
    o.ask(o.clerk.self(), 2);
    o.w.turn(3);
    CHECK(o.take_log().empty());
    CHECK(o.clerk.numbers == std::vector{1, 2});
    o.clerk.open[1].answer("second");
    CHECK_FALSE(o.clerk.open[1]);
    o.clerk.open[0].answer("first");
    o.clerk.open[1].answer("again: goes nowhere");
    o.w.turn();
    CHECK(o.take_log() == "second;first;");
    CHECK(o.counted().asks.late == 0);
}

TEST_CASE("a replier that is destroyed, overwritten or ends with its actor leaves unanswered") {
    office o;
    for (int i = 0; i < 3; ++i) {
        o.ask(o.clerk.self(), i);
    }
    o.w.turn();
    o.clerk.open[0] = {};
    o.w.turn();
    CHECK(o.take_log() == unanswered);
    o.clerk.open.pop_back();
    o.w.turn();
    CHECK(o.take_log() == unanswered);
    o.clerk.cx.stop();
    o.w.turn(2);
    CHECK(o.take_log() == unanswered);
    CHECK(o.counted().asks.unanswered == 3);
}

TEST_CASE("a replier may fail with any error, and answer with nothing but that it is done") {
    office o;
    o.ask(o.clerk.self(), 1);
    bool done = false;
    o.asker.cx.ask<finish>(o.clerk.self(), 1h,
                           [&](result<void> r) { done = static_cast<bool>(r); });
    o.w.turn();
    o.clerk.open[0].fail(std::make_error_code(std::errc::no_space_on_device));
    o.clerk.open[0].fail(std::make_error_code(std::errc::io_error)); // goes nowhere
    CHECK_FALSE(done);
    o.clerk.finished.answer();
    o.w.turn();
    CHECK(o.take_log() == std::make_error_code(std::errc::no_space_on_device).message() + ";");
    CHECK(done);
}

TEST_CASE("a request that is sent and not asked comes with a replier that goes nowhere") {
    office o;
    CHECK(o.clerk.self().send(question{3}));
    o.w.turn();
    REQUIRE(o.clerk.open.size() == 1);
    CHECK_FALSE(o.clerk.open[0]);
    o.clerk.open[0].answer("nobody asked");
    o.clerk.open[0].fail(std::make_error_code(std::errc::io_error));
    o.w.turn();
    CHECK(o.counted().asks.late == 0);
}

TEST_CASE("a replier moves into another message, whose receiver answers") {
    office o;
    o.ask(o.clerk.self(), 4);
    o.w.turn();
    CHECK(o.asker.self().send(handover{4, std::move(o.clerk.open[0])}));
    o.w.turn();
    CHECK(o.take_log() == "handed over 4;");
}

TEST_CASE("a message with a replier that finds nobody leaves the ask unanswered") {
    office o;
    auto& gone = o.w.spawn<slow_clerk>();
    const auto to = gone.self();
    gone.cx.stop();
    o.ask(o.clerk.self(), 4);
    o.w.turn();
    to.send(handover{4, std::move(o.clerk.open[0])});
    o.w.turn();
    CHECK(o.take_log() == unanswered);
}

TEST_CASE("any thread may answer") {
    office o;
    o.ask(o.clerk.self(), 1);
    o.ask(o.clerk.self(), 2);
    o.w.turn();
    std::thread{[open = std::move(o.clerk.open)]() mutable {
        open[0].answer("from far away");
    }}.join(); // drops the other one
    o.w.turn();
    CHECK(o.take_log() == "from far away;" + unanswered);
}

TEST_CASE("what is forwarded is answered by its receiver, straight to the asker") {
    office o;
    auto& b = o.w.spawn<boss>(o.clerk.self());
    auto& chief = o.w.spawn<boss>(o.clerk.self());
    o.ask(b.self(), 5);
    bool done = false;
    o.asker.cx.ask<finish>(chief.self(), 1h, [&](result<void> r) { done = static_cast<bool>(r); });
    o.w.turn();
    CHECK(b.taken);
    CHECK(o.clerk.numbers == std::vector{105});
    b.cx.stop(); // it has nothing to do with it any more
    o.w.turn(2);
    o.clerk.open[0].answer("straight");
    o.clerk.finished.answer();
    o.w.turn();
    CHECK(o.take_log() == "straight;");
    CHECK(done);
}

TEST_CASE("what is forwarded to nobody, or to one who is gone, is unanswered") {
    office o;
    auto& lonely = o.w.spawn<boss>(ref_to<slow_clerk>{});
    o.ask(lonely.self(), 5);
    o.w.turn();
    CHECK_FALSE(lonely.taken);
    CHECK(o.take_log() == unanswered);
    auto& b = o.w.spawn<boss>(o.clerk.self());
    o.clerk.cx.stop();
    o.w.turn();
    o.ask(b.self(), 6);
    o.w.turn();
    CHECK(o.take_log() == unanswered);
}

TEST_CASE("what is sent, not asked, is forwarded as a send") {
    office o;
    auto& b = o.w.spawn<boss>(o.clerk.self());
    CHECK(b.self().send(question{7}));
    o.w.turn();
    CHECK(b.taken);
    CHECK(o.clerk.numbers == std::vector{107});
    CHECK_FALSE(o.clerk.open[0]);
}

TEST_CASE("a forward that finds the mail full is refused, and the asker hears it") {
    office o{{.local_messages_max = 1}};
    auto& b = o.w.spawn<boss>(o.clerk.self());
    auto& hasty = o.w.spawn<slow_clerk>();
    o.w.act([&] {
        o.ask(b.self(), 8);
        b.before = [&] { CHECK(hasty.self().send(flush{})); }; // takes the only place
    });
    CHECK_FALSE(b.taken);
    CHECK(o.take_log() == make_error_code(actor_error::refused).message() + ";");
    CHECK(dead_letters(o.counted(), dead_letter::refused) == 1);
}

} // namespace replier_test
