// What user code throws ends the actor it belongs to and nothing else.

#include "actors/mortals.hpp"

#include <iapp/actors/context_templates.hpp>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace exception_test {

namespace {

// Throws when it is copied, once the test says so.
struct brittle {
    explicit brittle(const bool& breaks_) : breaks{&breaks_} {}

    brittle(const brittle& from) : breaks{from.breaks} {
        if (*breaks) {
            throw std::runtime_error{"broken on the way"};
        }
    }

    const bool* breaks;
};

// Likewise when it is moved.
struct heavy {
    explicit heavy(const bool& breaks_) : breaks{&breaks_} {}

    heavy(heavy&& from) : breaks{from.breaks} {
        if (*breaks) {
            throw 7;
        }
    }

    ~heavy() { breaks = nullptr; } // so that it travels by pointer

    const bool* breaks;
};

class receiver {
  public:
    using accepts = messages<brittle, heavy, quit>;

    explicit receiver(context& cx_) : cx{cx_} {}

    receiver(receiver&&) = delete;

    void on(const brittle&) { ++heard; }

    void on(heavy) { ++heard; } // by value: it is moved here

    void on(quit) { cx.stop(); }

    ref_to<receiver> self() { return cx.self(*this); }

    context& cx;
    timer clock;
    int heard = 0;
};

struct told_to_send {};

class sender {
  public:
    using accepts = messages<told_to_send>;

    sender(ref<heavy> to, const bool& breaks) : to_{to}, breaks_{breaks} {}

    void on(told_to_send) { to_.send(heavy{breaks_}); }

  private:
    ref<heavy> to_;
    const bool& breaks_;
};

// An actor on worker 0 that is monitored, and another one that lives through everything.
struct glass_house {
    std::vector<down> heard;
    stepped_workers w{2};
    mourner& watching = w.spawn<mourner>(0, heard);
    receiver& glass = w.spawn<receiver>(0);
    bool breaks = false;

    glass_house() { REQUIRE(watching.cx.monitor(glass.self())); }

    void check_failed_alone() {
        REQUIRE(heard.size() == 1);
        CHECK(heard[0].why == exit_reason::failed);
        CHECK(w.loop(0).statistics().actors.actors_failed == 1);
        heard.clear();
        auto& after = w.spawn<receiver>(0);
        breaks = false;
        after.self().send(brittle{breaks});
        w.settle();
        CHECK(after.heard == 1); // the worker lives on
    }
};

} // namespace

TEST_CASE("a timer whose message cannot be copied fails its actor only") {
    for (const bool again : {true, false}) {
        glass_house g;
        g.glass.clock = again ? g.glass.cx.every(10ms, brittle{g.breaks})
                              : g.glass.cx.after(20ms, brittle{g.breaks});
        g.w.pass(11ms);
        CHECK(g.glass.heard == (again ? 1 : 0));
        g.breaks = true;
        g.w.pass(10ms);
        g.w.pass(50ms);
        g.check_failed_alone();
    }
}

TEST_CASE("a message that cannot be moved into its handler fails the receiver only") {
    glass_house g;
    g.glass.self().send(heavy{g.breaks});
    g.w.settle();
    CHECK(g.glass.heard == 1);
    REQUIRE(g.glass.self().send(heavy{g.breaks}));
    g.breaks = true;
    g.w.settle();
    g.check_failed_alone();
}

TEST_CASE("a message that cannot be moved to its receiver fails the sender only") {
    for (const unsigned on : {0U, 1U}) {
        glass_house g;
        const slot_id id = g.w.loop(on).spawn<sender>(g.glass.self(), std::cref(g.breaks));
        g.breaks = true;
        told_to_send message;
        g.w.loop(on).count_sent();
        g.w.loop(on).deliver(id, key_of<told_to_send>(), &message, nullptr);
        CHECK(g.w.loop(on).find(id) == nullptr);
        CHECK(g.w.loop(on).statistics().actors.actors_failed == 1);
        g.breaks = false;
        g.glass.self().send(brittle{g.breaks});
        g.w.settle();
        CHECK(g.glass.heard == 1);
    }
}

TEST_CASE("a delayed callback that cannot be kept on arrival fails alone, and is counted") {
    glass_house g;

    struct callback {
        heavy payload;

        void operator()() const {}
    };

    REQUIRE(post_after(g.w.loop(0), 10ms, callback{heavy{g.breaks}}));
    g.breaks = true;
    g.w.pass(20ms);
    const worker_counters counted = g.w.loop(0).statistics().actors;
    CHECK(counted.posted == 1);
    CHECK(counted.posts_failed == 1);
    CHECK(counted.actors_failed == 0);
    g.breaks = false;
    REQUIRE(post_after(g.w.loop(0), 10ms, callback{heavy{g.breaks}}));
    g.w.settle();
    g.w.pass(20ms);
    CHECK(g.w.loop(0).statistics().actors.posts_ran == 2);
}

TEST_CASE("an actor whose constructor cannot take its arguments fails alone") {
    struct picky {
        using accepts = messages<quit>;

        explicit picky(const heavy&, heavy) {}

        void on(quit) {}
    };

    stepped_workers w{1};
    bool breaks = true;
    heavy one{breaks};
    heavy two{breaks};
    CHECK_FALSE(w.loop(0).spawn<picky>(one, std::move(two)));
    CHECK(w.loop(0).statistics().actors.actors_failed == 1);
}

namespace {

// Throws at its n-th move.
struct fragile {
    explicit fragile(int moves_) : moves{moves_} {}

    fragile(fragile&& from) : moves{from.moves - 1} {
        if (moves == 0) {
            throw 7;
        }
    }

    fragile& operator=(fragile&&) = default;

    ~fragile() { moves = 0; } // so that it travels by pointer

    int moves;
};

struct give {
    using reply = fragile;

    fragile with;
    int moves = 0;
};

class giver {
  public:
    using accepts = messages<give>;

    fragile on(const give& what) { return fragile{what.moves}; }
};

} // namespace

TEST_CASE("a request or reply that breaks on its way is not answered, wherever it breaks") {
    constexpr int sound = 1'000;
    for (int moves = 1; moves < 20; ++moves) {
        for (const bool request_breaks : {true, false}) {
            CAPTURE(moves);
            CAPTURE(request_breaks);
            checked_system sys;
            const auto whom = sys->spawn<giver>({});
            try {
                give message{.with = fragile{request_breaks ? moves : sound},
                             .moves = request_breaks ? sound : moves};
                const auto answer = sys->ask(whom, patience(), std::move(message));
                CHECK((answer || answer.error() == actor_error::unanswered));
            } catch (int) {
                // on the thread that asks
            }
        }
    }
}

} // namespace exception_test
