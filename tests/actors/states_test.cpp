// Actors that go over from one state to another.

#include "support/stepped_worker.hpp"

#include <iapp/actors/states.hpp>

#include <string>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace states_test {

namespace {

struct go {};

struct stay {};

struct burst {};

struct late {};

struct name {
    using reply = std::string;
};

struct twice {};

// A machine that needs no runtime: it writes down what happens to it.
class machine {
  public:
    using accepts = messages<go, stay, burst, name, twice>;

    explicit machine(std::string& log_) : log{log_}, now{std::in_place_type<first>, *this} {}

    template <class M>
    auto on(M&& m) {
        return now.handle(std::forward<M>(m), *this);
    }

    std::string otherwise(name) { return "somebody"; }

    // Neither copied nor moved, and seen from begin to end.
    struct noted {
        noted(machine& of, char letter) : self{of}, end{letter} {}

        ~noted() { self.log += end; }

        noted(const noted&) = delete;
        noted& operator=(const noted&) = delete;

        machine& self;
        char end;
    };

    struct first : noted {
        explicit first(machine& of) : noted{of, '1'} {}

        void on(go) {
            self.now.become<second>(self, 7);
            self.log += self.now.in<first>() ? "still " : "gone ";
        }

        void on(stay) {
            self.now.become<second>(self, 1);
            self.now.become<first>(self);
        }

        void on(burst, machine& m) {
            m.now.become<second>(m, 1);
            throw std::runtime_error{"burst"};
        }

        std::string on(name) { return "first"; }

        void on(const twice&, machine& m) {
            m.on(go{});
            log_that_it_lives();
        }

        void log_that_it_lives() { self.log += "alive "; }
    };

    struct second : noted {
        second(machine& of, int given) : noted{of, '2'}, number{given} {}

        void on(go) { self.now.become<first>(self); }

        int number;
    };

    std::string& log;
    states<first, second> now;
};

// A state holds a timer, which ends with it.
class waiting {
  public:
    using accepts = messages<go, late>;

    explicit waiting(context& cx) : cx_{cx} {}

    template <class M>
    auto on(M&& m) {
        return now_.handle(std::forward<M>(m), *this);
    }

    void otherwise(late) { ++late_; }

    auto self() const { return cx_.self(*this); }

    int late_ones() const { return late_; }

  private:
    struct calm {
        void on(go, waiting& w) { w.now_.become<nervous>(w.cx_.after(10ms, late{})); }
    };

    struct nervous {
        timer until;

        void on(go, waiting& w) { w.now_.become<calm>(); }
    };

    context& cx_;
    states<calm, nervous> now_;
    int late_ = 0;
};

} // namespace

TEST_CASE(
    "a message goes to the present state, which is another one when its handler has returned") {
    std::string log;
    machine m{log};
    CHECK(m.now.in<machine::first>());
    m.on(go{});
    CHECK(log == "still 1");
    REQUIRE(m.now.get_if<machine::second>() != nullptr);
    CHECK(m.now.get_if<machine::second>()->number == 7);
    CHECK(m.now.get_if<machine::first>() == nullptr);
    m.on(go{});
    CHECK(m.now.in<machine::first>());
}

TEST_CASE("what the present state does not handle goes to the actor, or nowhere") {
    std::string log;
    machine m{log};
    CHECK(m.on(name{}) == "first");
    m.on(go{});
    CHECK(m.on(name{}) == "somebody");
    m.on(stay{});
    CHECK(m.now.in<machine::second>());
}

TEST_CASE("of several decisions the last one counts") {
    std::string log;
    machine m{log};
    m.on(stay{});
    CHECK(m.now.in<machine::first>());
    CHECK(log == "21");
}

TEST_CASE("a handler that throws leaves the state as it was") {
    std::string log;
    machine m{log};
    CHECK_THROWS(m.on(burst{}));
    CHECK(m.now.in<machine::first>());
    CHECK(log == "2");
    m.on(go{});
    CHECK(m.now.in<machine::second>());
}

TEST_CASE("a handler that sends itself another message keeps its state until both have returned") {
    std::string log;
    machine m{log};
    m.on(twice{});
    CHECK(log == "still alive 1");
    CHECK(m.now.in<machine::second>());
}

TEST_CASE("outside of handlers the actor goes over at once") {
    std::string log;
    machine m{log};
    m.now.become<machine::second>(m, 3);
    CHECK(m.now.in<machine::second>());
    CHECK(log == "1");
}

TEST_CASE("what a state of an actor holds ends with the state") {
    stepped_worker w;
    waiting& a = w.spawn<waiting>();
    const auto tell = [&] {
        CHECK(a.self().send(go{}));
        w.turn();
    };
    tell();
    w.pass(10ms);
    CHECK(a.late_ones() == 1);
    tell();
    tell();
    tell(); // calm again, and its timer is gone
    w.pass(10ms);
    CHECK(a.late_ones() == 1);
}

} // namespace states_test
