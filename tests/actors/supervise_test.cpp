// Supervisors keep their children running, under a clock that the test moves.

#include "actors/mortals.hpp"

#include <iapp/actors/supervisor.hpp>

#include <string>
#include <vector>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace supervise_test {

namespace {

// What happened, in order: "+a" a hand began, "-a" it ended.
using journal = std::string;

class hand {
  public:
    using accepts = messages<quit, fail>;

    hand(context& cx, char name, journal& log) : cx_{cx}, name_{name}, log_{log} {
        (log_ += '+') += name_;
    }

    hand(hand&&) = delete;

    ~hand() { (log_ += '-') += name_; }

    void on(quit) { cx_.stop(); }

    void on(fail) { throw std::runtime_error{"as the test wants it"}; }

  private:
    context& cx_;
    char name_;
    journal& log_;
};

struct burst {};

// Sends itself five messages at once, and notes how many its mailbox takes.
class chatterbox {
  public:
    using accepts = messages<burst, hello, fail>;

    chatterbox(context& cx, std::vector<int>& taken) : cx_{cx}, taken_{taken} {}

    chatterbox(chatterbox&&) = delete;

    void on(burst) {
        taken_.push_back(0);
        for (int i = 0; i < 5; ++i) {
            taken_.back() += cx_.self(*this).send(hello{}) ? 1 : 0;
        }
    }

    void on(hello) {}

    void on(fail) { throw std::runtime_error{"as the test wants it"}; }

  private:
    context& cx_;
    std::vector<int>& taken_;
};

// Has a supervisor, and knows its children.
class master {
  public:
    using accepts = messages<child_started, down, quit>;

    explicit master(context& cx_) : cx{cx_} {}

    master(master&&) = delete;

    template <class... Children>
    void employ(const supervision& how, Children&&... children) {
        over = cx.supervise(how, std::forward<Children>(children)...);
        REQUIRE(cx.monitor(over));
    }

    void on(child_started m) {
        hands.resize(std::max<std::size_t>(hands.size(), m.index + 1));
        hands[m.index] = m;
    }

    void on(down m) { supervisor_ended = m.why; }

    void on(quit) { cx.stop(); }

    void tell(unsigned index, auto message) { hands.at(index).as<hand>().send(message); }

    context& cx;
    ref<which_child> over;
    std::vector<child_info> hands;
    std::optional<exit_reason> supervisor_ended;
};

// Three hands, on worker 0 or, if `spread`, on three workers.
struct shop {
    explicit shop(const supervision& how, bool spread = false,
                  restart_when rule = restart_when::always) {
        const auto on = [=](unsigned i) {
            return child_options{.on = worker{spread ? i : 0}, .restart = rule};
        };
        boss.employ(how, child<hand>(on(0), 'a', std::ref(log)),
                    child<hand>(on(1), 'b', std::ref(log)), child<hand>(on(2), 'c', std::ref(log)));
        w.settle();
        CHECK(happened() == "+a+b+c");
        CHECK(boss.hands.size() == 3);
    }

    // Since the last time.
    journal happened() { return std::exchange(log, {}); }

    template <class M>
    journal after(unsigned index, M message, duration time = 20ms) {
        boss.tell(index, message);
        w.settle();
        w.pass(time);
        return happened();
    }

    journal log;
    stepped_workers w{3};
    master& boss = w.spawn<master>(0);
};

} // namespace

TEST_CASE("one for one: the child that ended is restarted alone, after its pause") {
    for (const bool spread : {false, true}) {
        shop s{{}, spread};
        s.boss.tell(1, fail{});
        s.w.settle();
        CHECK(s.happened() == "-b");
        s.w.pass(9ms);
        CHECK(s.happened().empty());
        s.w.pass(2ms);
        CHECK(s.happened() == "+b");
        CHECK(s.boss.hands[1].restarts == 1);
        CHECK(s.boss.hands[0].restarts == 0);
        CHECK(s.after(1, quit{}, 30ms) == "-b+b"); // the new one, by its new ref
    }
}

TEST_CASE("one for all: the others are stopped, the last first, and all start in order") {
    for (const bool spread : {false, true}) {
        shop s{{.strategy = restart_strategy::one_for_all}, spread};
        CHECK(s.after(1, fail{}) == "-b-c-a+a+b+c");
        CHECK(s.after(2, fail{}) == "-c-b-a+a+b+c");
        CHECK(s.boss.hands[0].restarts == 2);
    }
}

TEST_CASE("rest for one: those listed after it are restarted with it") {
    for (const bool spread : {false, true}) {
        shop s{{.strategy = restart_strategy::rest_for_one}, spread};
        CHECK(s.after(1, fail{}) == "-b-c+b+c");
        CHECK(s.after(2, fail{}) == "-c+c");
        CHECK(s.after(0, fail{}) == "-a-c-b+a+b+c");
    }
}

TEST_CASE("a child is restarted always, on failure or never") {
    shop always{{}};
    CHECK(always.after(0, quit{}) == "-a+a");
    CHECK(always.after(1, fail{}) == "-b+b");

    shop on_failure{{}, false, restart_when::on_failure};
    CHECK(on_failure.after(0, quit{}) == "-a");
    CHECK(on_failure.after(1, fail{}) == "-b+b");
    on_failure.boss.cx.kill(on_failure.boss.hands[2].who);
    on_failure.w.settle();
    on_failure.w.pass(20ms);
    CHECK(on_failure.happened() == "-c+c");

    shop never{{.strategy = restart_strategy::one_for_all}, false, restart_when::never};
    CHECK(never.after(0, quit{}) == "-a");
    CHECK(never.after(1, fail{}) == "-b");
}

TEST_CASE("the pause grows with each restart up to its limit, and begins anew after a calm time") {
    shop s{
        {.restarts_max = 100, .within = 1s, .backoff = {.first = 10ms, .max = 50ms, .factor = 2}}};
    for (const duration pause : {10ms, 20ms, 40ms, 50ms, 50ms}) {
        CHECK(s.after(0, fail{}, pause - 1ms) == "-a");
        s.w.pass(2ms);
        CHECK(s.happened() == "+a");
    }
    CHECK(s.after(1, fail{}, 11ms) == "-b+b"); // each child has its own
    s.w.pass(1s);
    CHECK(s.after(0, fail{}, 11ms) == "-a+a");
}

TEST_CASE("beyond the limit the supervisor stops all children and fails") {
    for (const bool spread : {false, true}) {
        shop s{{.restarts_max = 2}, spread};
        CHECK(s.after(0, fail{}, 50ms) == "-a+a");
        CHECK(s.after(1, fail{}, 50ms) == "-b+b");
        CHECK(s.after(0, fail{}, 50ms) == "-a-c-b");
        CHECK(s.boss.supervisor_ended == exit_reason::failed);
    }
    shop none{{.strategy = restart_strategy::one_for_all, .restarts_max = 0}};
    CHECK(none.after(2, fail{}) == "-c-b-a");
    CHECK(none.boss.supervisor_ended == exit_reason::failed);
}

TEST_CASE("restarts that are far enough apart have no limit") {
    shop s{{.restarts_max = 2, .within = 1s, .backoff = {.max = 10ms}}};
    for (int i = 0; i < 20; ++i) {
        CHECK(s.after(0, fail{}, 501ms) == "-a+a");
    }
    CHECK_FALSE(s.boss.supervisor_ended);
}

TEST_CASE("when several children of a group fail at once it is one restart") {
    shop s{{.strategy = restart_strategy::one_for_all, .restarts_max = 1}, true};
    for (unsigned i = 0; i < 3; ++i) {
        s.boss.tell(i, fail{});
    }
    s.w.settle();
    CHECK(s.happened() == "-a-b-c");
    s.w.pass(20ms);
    CHECK(s.happened() == "+a+b+c");
}

TEST_CASE("a failure before the group begins to pause makes the group larger") {
    shop s{{.strategy = restart_strategy::rest_for_one}, true};
    s.boss.tell(2, fail{});
    s.w.settle();
    CHECK(s.happened() == "-c");
    CHECK(s.after(1, fail{}, 5ms) == "-b"); // in the pause of c
    s.w.pass(20ms);
    CHECK(s.happened() == "+b+c");
    CHECK(s.boss.hands[0].restarts == 0);
}

namespace {

// Throws in its constructor as long as the test says so.
class reluctant {
  public:
    using accepts = messages<quit, fail>;

    reluctant(const int& failures, int& attempts) {
        if (++attempts <= failures) {
            throw std::runtime_error{"as the test wants it"};
        }
    }

    void on(quit) {}

    void on(fail) {}
};

} // namespace

TEST_CASE("a constructor that throws is one more end, and is tried again") {
    for (const unsigned on : {0U, 1U}) {
        for (const restart_strategy strategy :
             {restart_strategy::one_for_one, restart_strategy::one_for_all}) {
            int attempts = 0;
            int failures = 2;
            journal log;
            stepped_workers w{2};
            auto& boss = w.spawn<master>(0);
            boss.employ(
                {.strategy = strategy},
                child<reluctant>({.on = worker{on}}, std::ref(failures), std::ref(attempts)),
                child<hand>({}, 'b', std::ref(log)));
            w.settle();
            CHECK(attempts == 1);
            w.pass(11ms);
            CHECK(attempts == 2);
            w.pass(21ms);
            CHECK(attempts == 3);
            CHECK(log == "+b");
            CHECK(boss.hands.at(0).restarts == 2);
            CHECK(boss.hands.at(0).as<reluctant>());
        }
    }
}

TEST_CASE("a child that never comes to life makes the supervisor give up") {
    int attempts = 0;
    int failures = 1000;
    stepped_workers w{2};
    auto& boss = w.spawn<master>(0);
    boss.employ({.restarts_max = 5},
                child<reluctant>({.on = worker{1}}, std::ref(failures), std::ref(attempts)));
    w.settle();
    for (int i = 0; i < 10; ++i) {
        w.pass(1s);
    }
    CHECK(attempts == 6);
    CHECK(boss.supervisor_ended == exit_reason::failed);
}

namespace {

// Takes its time to stop: until it is told to quit.
class slow {
  public:
    using accepts = messages<stopping, quit>;

    slow(context& cx, char name, journal& log) : cx_{cx}, name_{name}, log_{log} {}

    slow(slow&&) = delete;

    ~slow() { (log_ += '-') += name_; }

    void on(stopping) { (log_ += '~') += name_; }

    void on(quit) { cx_.stop(); }

  private:
    context& cx_;
    char name_;
    journal& log_;
};

} // namespace

TEST_CASE("a supervisor that is told to stop stops its children first, one after the other") {
    for (const unsigned on : {0U, 1U}) {
        journal log;
        stepped_workers w{2};
        auto& boss = w.spawn<master>(0);
        boss.employ({}, child<slow>({.on = worker{on}}, 'a', std::ref(log)),
                    child<slow>({.on = worker{on}}, 'b', std::ref(log)),
                    child<slow>({.on = worker{on}, .stop_within = 1s}, 'c', std::ref(log)));
        w.settle();
        REQUIRE(boss.cx.stop(boss.over));
        w.settle();
        CHECK(log == "~c");
        w.pass(999ms);
        CHECK(log == "~c");
        w.pass(2ms); // it is late and killed
        CHECK(log == "~c-c~b");
        boss.hands[1].as<slow>().send(quit{});
        w.settle();
        CHECK(log == "~c-c~b-b~a");
        CHECK_FALSE(boss.supervisor_ended);
        boss.hands[0].as<slow>().send(quit{});
        w.settle();
        CHECK(log == "~c-c~b-b~a-a");
        CHECK(boss.supervisor_ended == exit_reason::stopped);
    }
}

TEST_CASE("children end with the supervisor when its owner ends or it is killed") {
    for (const bool spread : {false, true}) {
        // That of the supervisor's worker ends before it, the others then, as the workers step.
        const journal all_ended = spread ? "-a-b-c" : "-c-b-a";
        shop owner_ends{{}, spread};
        owner_ends.boss.cx.self(owner_ends.boss).send(quit{});
        owner_ends.w.settle();
        CHECK(owner_ends.happened() == all_ended);

        shop killed{{}, spread};
        killed.boss.cx.kill(killed.boss.over);
        killed.w.settle();
        CHECK(killed.boss.supervisor_ended == exit_reason::killed);
        CHECK(killed.happened() == all_ended);
    }
}

TEST_CASE("whoever asks a supervisor learns who its child is now") {
    shop s{{}};
    const slot_id id = s.boss.over.id();
    auto& over = detail::actor_in<supervisor>(*s.w.loop(0).find(id));
    const child_info before = over.on(which_child{1});
    CHECK(before.who == s.boss.hands[1].who);
    s.boss.tell(1, fail{});
    s.w.settle();
    CHECK_FALSE(over.on(which_child{1}).who); // in its pause
    s.w.pass(20ms);
    const child_info now = over.on(which_child{1});
    CHECK(now.who != before.who);
    CHECK(now.restarts == 1);
    CHECK(now.as<hand>().actor() == now.who);
    CHECK_FALSE(over.on(which_child{3}).who);
}

TEST_CASE("supervisors make a tree: one that gives up is restarted by the one above it") {
    journal log;
    stepped_workers w{2};
    auto& boss = w.spawn<master>(0);
    boss.employ({}, child<supervisor>({.on = worker{1}}, supervision{.restarts_max = 0},
                                      std::vector<child_spec>{
                                          child<hand>({}, 'a', std::ref(log)),
                                          child<hand>({.on = worker{0}}, 'b', std::ref(log))}));
    w.settle();
    CHECK(log == "+a+b");
    auto& under = detail::actor_in<supervisor>(*w.loop(1).find(boss.hands.at(0).who.slot));
    under.on(which_child{0}).as<hand>().send(fail{});
    w.settle();
    CHECK(log == "+a+b-a-b");
    w.pass(20ms);
    CHECK(log == "+a+b-a-b+a+b");
    CHECK(boss.hands[0].restarts == 1);
    REQUIRE(boss.cx.stop(boss.over));
    w.settle();
    CHECK(log == "+a+b-a-b+a+b-b-a");
    CHECK(boss.supervisor_ended == exit_reason::stopped);
}

TEST_CASE("a system may stop at any step of a restart") {
    for (unsigned steps = 0; steps < 24; ++steps) {
        for (const restart_strategy strategy :
             {restart_strategy::one_for_one, restart_strategy::one_for_all}) {
            shop s{{.strategy = strategy, .backoff = {.first = 0ms}}, true};
            s.boss.tell(1, fail{});
            for (unsigned i = 0; i < steps; ++i) {
                s.w.step((i + steps) % 3);
            }
            s.w.end();
        }
    }
}

TEST_CASE("a child is found by its name, before and after a restart") {
    for (const unsigned on : {0U, 1U}) {
        for (const duration pause : {duration{0}, duration{10ms}}) {
            CAPTURE(on);
            journal log;
            stepped_workers w{3};
            auto& boss = w.spawn<master>(0);
            boss.employ({.backoff = {.first = pause}},
                        child<hand>({.name = "hand", .on = worker{on}}, 'a', std::ref(log)));
            w.settle();
            const auto before = boss.cx.find<quit, fail>("hand");
            REQUIRE(before);
            before->send(fail{});
            w.settle();
            w.pass(11ms);
            const auto after = boss.cx.find<quit, fail>("hand");
            REQUIRE(after);
            CHECK(*after != *before);
            CHECK(log == "+a-a+a");
            CHECK(boss.hands[0].restarts == 1);
        }
    }
}

TEST_CASE("a child's mailbox has the limit of its specification, in each of its lives") {
    for (const unsigned on : {0U, 1U}) {
        CAPTURE(on);
        std::vector<int> taken;
        stepped_workers w{2};
        auto& boss = w.spawn<master>(0);
        boss.employ(
            {}, child<chatterbox>({.on = worker{on}, .mailbox = {.limit = 2}}, std::ref(taken)));
        w.settle();
        boss.hands.at(0).as<chatterbox>().send(burst{});
        w.settle();
        boss.hands.at(0).as<chatterbox>().send(fail{});
        w.settle();
        w.pass(11ms);
        boss.hands.at(0).as<chatterbox>().send(burst{});
        w.settle();
        CHECK(taken == std::vector<int>{2, 2});
        CHECK(boss.hands[0].restarts == 1);
        CHECK(dead_letters(w.statistics(), dead_letter::refused) == 6);
    }
}

} // namespace supervise_test
