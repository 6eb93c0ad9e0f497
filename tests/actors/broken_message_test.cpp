// What cannot be moved on its way ends with an exception for whom it belongs to, and leaves nothing
// behind: no credit that is lost, no ask that is half made, no slot that nobody can use.

#include "support/waiting.hpp"

#include <iapp/testing.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <stdexcept>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace broken_message_test {

namespace {

// Throws at its n-th move.
struct fragile {
    explicit fragile(int moves_) : moves{moves_} {}

    fragile(fragile&& from) : moves{from.moves - 1} {
        if (moves == 0) {
            throw std::runtime_error{"broken on the way"};
        }
    }

    fragile(const fragile&) = default;

    ~fragile() { moves = 0; } // so that it travels by pointer

    int moves;
};

constexpr int sound = 1'000;

struct parcel_of {
    fragile what;
};

struct question {
    using reply = int;

    fragile what;
};

class receiver {
  public:
    using accepts = messages<parcel_of, question>;

    void on(const parcel_of&) { ++heard; }

    int on(const question&) { return 7; }

    int heard = 0;
};

// Does what the test says, as a handler.
class script {
  public:
    using accepts = messages<std::function<void()>, fragile>;

    explicit script(context& cx_) : cx{cx_} {}

    script(script&&) = delete;

    void on(const std::function<void()>& act) { act(); }

    void on(const fragile&) { ++heard; }

    context& cx;
    credit_line<parcel_of, question> line;
    int heard = 0;
};

struct stage {
    testing::kit kit{{.workers = 2}};
    ref_to<receiver> whom = kit.spawn<receiver>();
    ref_to<script> who = kit.spawn<script>();
    script& actor = kit.inside<script>(who);

    // True: the actor was thrown the exception.
    template <class F>
    bool breaks(F act) {
        bool thrown = false;
        kit.inject(who, std::function<void()>{[&] {
                       try {
                           act();
                       } catch (const std::runtime_error&) {
                           thrown = true;
                       }
                   }});
        return thrown;
    }
};

} // namespace

TEST_CASE("a message that breaks on its way takes no credit along") {
    for (int moves = 1; moves < 6; ++moves) {
        CAPTURE(moves);
        stage s;
        s.actor.line = s.actor.cx.credit(s.whom, 2);
        parcel_of message{fragile{sound}};
        message.what.moves = moves;
        const bool thrown = s.breaks([&] { s.actor.line.try_send(std::move(message)); });
        CHECK(s.actor.line.available() == 2);
        CHECK(s.kit.inside<receiver>(s.whom).heard == (thrown ? 0 : 1));
        CHECK((moves > 1 || thrown));
        s.kit.finish();
    }
}

TEST_CASE("a message that tells of a credit and breaks on its way fails its actor") {
    for (int moves = 1; moves < 8; ++moves) {
        CAPTURE(moves);
        stage s;
        s.actor.line = s.actor.cx.credit(s.whom, 2);
        fragile message{moves};
        const bool thrown =
            s.breaks([&] { s.actor.line.when_available(s.actor.cx, std::move(message)); });
        CHECK((s.kit.failures() == 1 || thrown || s.actor.heard == 1));
        CHECK(s.kit.alive(s.who) == (s.kit.failures() == 0));
        s.kit.finish();
    }
}

TEST_CASE("an ask whose request breaks on its way is none: its callback is never called") {
    for (int moves = 1; moves < 8; ++moves) {
        CAPTURE(moves);
        stage s;
        fragile what{moves};
        int called = 0;
        const bool thrown = s.breaks([&] {
            s.actor.cx.ask<question>(
                s.whom, 1s, [&](const result<int>&) { ++called; }, std::move(what));
        });
        s.kit.advance(2s);
        CHECK(called == (thrown ? 0 : 1));
        s.kit.finish();
    }
}

TEST_CASE("a request of a thread may break where it would wait for its actor's turn") {
    for (int moves = 1; moves < 12; ++moves) {
        CAPTURE(moves);
        iapp::system sys;
        const auto whom = sys.spawn<receiver>({.mailbox = {.limit = 4}});
        try {
            question message{fragile{sound}};
            message.what.moves = moves;
            const result<int> answer = sys.ask(whom, patience(), std::move(message));
            CHECK((answer || answer.error() == actor_error::unanswered));
        } catch (const std::runtime_error&) {
            // on the thread that asks
        }
        CHECK(sys.ask(whom, patience(), question{fragile{sound}}).value() == 7);
    }
}

TEST_CASE("an actor whose arguments break on their way to its worker leaves its slot to others") {
    constexpr std::uint32_t actors = 64;

    struct picky {
        using accepts = messages<>;

        explicit picky(const fragile&) {}
    };

    testing::kit kit{{.workers = 2, .limits = {.actors_max = actors}}};
    const auto who = kit.spawn<script>();
    script& actor = kit.inside<script>(who);
    for (unsigned i = 0; i < 2 * actors; ++i) {
        kit.inject(who, std::function<void()>{[&] {
                       fragile what{2};
                       CHECK_THROWS(actor.cx.spawn<picky>({.on = worker{1}}, std::move(what)));
                   }});
    }
    kit.inject(who, std::function<void()>{
                        [&] { CHECK(actor.cx.spawn<picky>({.on = worker{1}}, fragile{sound})); }});
    kit.finish();
}

TEST_CASE("a worker's subscription whose callback breaks on its way is none") {
    struct callback {
        fragile what;

        void operator()(int) const {}
    };

    for (int moves = 1; moves < 12; ++moves) {
        CAPTURE(moves);
        iapp::system sys;
        const auto numbers = sys.make_queue<int>();
        callback f{fragile{sound}};
        f.what.moves = moves;
        try {
            const auto subscribed = sys.subscribe_worker({}, numbers, std::move(f));
            CHECK((subscribed || moves < 11));
        } catch (const std::runtime_error&) {
            // on the thread that subscribes
        }
        CHECK(numbers.publish(1));
    }
}

} // namespace broken_message_test
