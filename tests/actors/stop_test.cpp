// The end of a system whose workers are busy, late or in the middle of things.

#include "support/actors.hpp"
#include "support/stepped_worker.hpp"

#include <doctest/doctest.h>

#include <latch>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace stop_test {

namespace {

struct hang {
    std::latch* entered;
    std::latch* until;
};

class hanger {
  public:
    using accepts = messages<hang>;

    void on(hang what) {
        what.entered->count_down();
        what.until->wait();
    }
};

struct ring {
    int left = 0;
};

struct meet {
    using reply = bool;
    ref<ring> next;
};

// Passes a message on for ever.
class runner {
  public:
    using accepts = messages<ring, meet>;

    bool on(meet what) {
        next_ = what.next;
        return true;
    }

    void on(ring what) {
        if (next_) {
            next_.send(ring{what.left + 1});
        }
    }

  private:
    ref<ring> next_;
};

// Sends to itself and others while it ends.
class talker {
  public:
    using accepts = messages<add>;

    talker(context& cx, ref<add> other) : me_{cx.self(*this)}, other_{other} {}

    talker(talker&&) = delete;

    ~talker() {
        for (int i = 0; i < 3; ++i) {
            me_.send(add{1});
            other_.send(add{1});
        }
    }

    void on(add) {}

  private:
    ref<add> me_;
    ref<add> other_;
};

// Spawns one more whenever one ends, up to a limit.
class phoenix {
  public:
    using accepts = messages<>;

    phoenix(context& cx, int lives) : cx_{cx}, lives_{lives} {}

    phoenix(phoenix&&) = delete;

    ~phoenix() {
        if (lives_ > 0) {
            cx_.spawn<phoenix>(lives_ - 1);
        }
    }

  private:
    context& cx_;
    int lives_;
};

} // namespace

TEST_CASE("a handler that hangs makes stop time out and name worker, actor and message") {
    for (const std::chrono::milliseconds deadline : {0ms, 20ms}) {
        checked_system sys{{.workers = 3}};
        std::latch entered{1};
        std::latch until{1};
        const auto h = sys->spawn<hanger>({.on = {1}});
        const auto other = sys->spawn<counter>({.on = {2}});
        h.send(hang{&entered, &until});
        entered.wait();
        CHECK(sys->stop(deadline).error() == std::errc::timed_out);
        // With no time at all the report may be of another worker that has not ended either.
        const result<void> again = sys->stop(at_most(100ms));
        CHECK(again.error() == std::errc::timed_out);
        const std::string& report = sys->stop_report();
        CAPTURE(report);
        CHECK(report.find("worker 1") != std::string::npos);
        CHECK(report.find("hanger") != std::string::npos);
        CHECK(report.find("hang") != std::string::npos);
        CHECK_FALSE(other.send(add{1})); // nobody takes messages any more
        until.count_down();
        sys.stop(); // succeeds, and the books add up
    }
}

TEST_CASE("a stop whose deadline is beyond all time waits for as long as it takes") {
    iapp::system s{{.workers = 2}};
    CHECK(s.stop(std::chrono::nanoseconds::max()));
}

TEST_CASE("messages that go round for ever do not keep a system from stopping") {
    for (const unsigned workers : {1U, 3U}) {
        CAPTURE(workers);
        checked_system sys{{.workers = workers}};
        std::vector<ref_to<runner>> ring_of;
        for (unsigned i = 0; i < 6; ++i) {
            ring_of.push_back(sys->spawn<runner>({.on = {i % workers}}));
        }
        for (unsigned i = 0; i < 6; ++i) {
            sys.ask(ring_of[i], meet{ring_of[(i + 1) % 6]}); // before any message comes round
        }
        ring_of[0].send(ring{});
        ring_of[3].send(ring{});
        CHECK(eventually([&] {
            const result<worker_statistics> now = sys->statistics(patience());
            return now && now->actors.delivered > 1000;
        }));
        sys.stop();
    }
}

TEST_CASE("what actors send while they end is counted") {
    checked_system sys{{.workers = 2}};
    const auto local = sys->spawn<counter>({});
    const auto remote = sys->spawn<counter>({.on = {1}});
    sys->spawn<talker>({}, ref<add>{local});
    sys->spawn<talker>({}, ref<add>{remote});
    const worker_statistics last = sys.stop();
    CHECK(last.actors.sent == 12);
    CHECK(last.actors.delivered + dead_letters(last) == 12);
}

TEST_CASE("what actors spawn while they end, ends too") {
    checked_system sys;
    sys->spawn<phoenix>({}, 5);
    CHECK(sys.stop().actors.actors_spawned == 6);
}

TEST_CASE("a turn that takes the knock of a stop does not go to sleep after it") {
    stepped_worker w;
    w.turn();
    w.loop().ask_to_stop();
    w.loop().turn(time_point::max()); // would wait for ever
}

TEST_CASE("stopping without delay, many times, loses no wake") {
    for (int round = 0; round < 100; ++round) {
        checked_system sys{{.workers = 2}};
        if (round % 2 == 0) {
            sys->spawn<counter>({.on = {1}}).send(add{1});
        }
    }
}

} // namespace stop_test
