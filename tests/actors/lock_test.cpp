// That nobody takes a lock on the path of a message or a post.

#include "support/actors.hpp"
#include "support/locks.hpp"

#include <doctest/doctest.h>

#include <latch>
#include <mutex>

using namespace iapp;
using namespace iapp::test;

namespace lock_test {

namespace {

struct ball {
    int left;
    std::latch* over;
    std::array<char, 100> by_pointer{};
};

struct small_ball {
    ball* big;
};

struct partner {
    using reply = bool;
    ref<ball, small_ball> who;
};

// Plays back by value and by pointer in turn, and posts a callback each time.
class player {
  public:
    using accepts = messages<ball, small_ball, partner>;

    explicit player(context& cx) : cx_{cx} {}

    player(player&&) = delete;

    bool on(partner p) {
        to_ = p.who;
        return true;
    }

    void on(ball b) {
        kept_ = b;
        cx_.post(worker{1 - cx_.worker_index()}, [] {});
        to_.send(small_ball{&kept_});
    }

    void on(small_ball what) {
        ball b = *what.big;
        if (--b.left == 0) {
            b.over->count_down();
        } else {
            to_.send(b);
        }
    }

  private:
    context& cx_;
    ref<ball, small_ball> to_;
    ball kept_{};
};

} // namespace

TEST_CASE("a lock that is taken is counted") {
    std::mutex one;
    const std::uint64_t before = locks_of_process();
    one.lock();
    one.unlock();
    CHECK(locks_of_process() == before + 1);
}

TEST_CASE("no lock is taken for messages and posts of workers and of other threads") {
    checked_system sys{{.workers = 2}};
    const auto one = sys->spawn<player>({.on = {0}});
    const auto two = sys->spawn<player>({.on = {1}});
    CHECK(sys.ask(one, partner{two}));
    CHECK(sys.ask(two, partner{one}));
    std::uint64_t before = 0;
    for (const int times : {100, 5'000}) { // the first time everything is made
        before = locks_of_process();
        std::latch over{1};
        std::latch ran{100};
        bool taken = one.send(ball{times, &over});
        for (int i = 0; i < 100; ++i) {
            taken = sys->post(worker{1}, [&ran] { ran.count_down(); }) && taken;
        }
        over.wait();
        ran.wait();
        const std::uint64_t seen = locks_of_process() - before;
        CHECK(taken);
        CHECK((times == 100 || seen == 0));
    }
}

} // namespace lock_test
