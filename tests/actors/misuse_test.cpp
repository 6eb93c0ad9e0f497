// Faults of programs that no compiler sees end the process with a word, not with memory that two
// threads write to, or messages that nobody gets.

#include "support/aborts.hpp"

#include <iapp/iapp.hpp>
#include <iapp/testing.hpp>

#include <doctest/doctest.h>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace misuse_test {

namespace {

struct unheard {};

// Takes a connection; by a handler, or by a task.
class session {
  public:
    using accepts = messages<bytes, closed>;

    session(context& cx, stream s, bool by_task) : cx_{cx}, stream_{std::move(s)} {
        if (by_task) {
            cx_.run(&session::script, this);
        } else {
            cx_.start(stream_);
        }
    }

    void on(const bytes&) {}

    void on(const closed&) {}

  private:
    task<> script() { co_await read(stream_); }

    context& cx_;
    stream stream_;
};

// Hands what it connects to a session on that worker.
class front {
  public:
    using accepts = messages<accepted, closed>;

    front(context& cx, unsigned to, bool by_task)
        : cx_{cx}, to_{to}, by_task_{by_task},
          listener_{*cx.listen(*address::parse("127.0.0.1:0"))}, client_{*cx.connect(
                                                                     *listener_.local_address())} {}

    void on(accepted what) {
        cx_.spawn<session>({.on = {to_}}, std::move(what.connection), by_task_);
    }

    void on(const closed&) {}

  private:
    context& cx_;
    unsigned to_;
    bool by_task_;
    listener listener_;
    stream client_;
};

class deaf {
  public:
    using accepts = messages<>;

    explicit deaf(context& cx_) : cx{cx_} {}

    context& cx;
    timer clock;
};

} // namespace

TEST_CASE("a stream is not for actors of another worker") {
    for (const bool by_task : {false, true}) {
        CAPTURE(by_task);
        const auto serve_on = [&](unsigned worker_index) {
            return aborts([&] {
                testing::kit kit{{.workers = 2}};
                kit.spawn<front>(worker_index, by_task);
                kit.run_until_idle();
            });
        };
        CHECK_FALSE(serve_on(0));
        CHECK(serve_on(1));
    }
}

TEST_CASE("a timer is not for a message that its actor does not accept") {
    CHECK(aborts([] {
        testing::kit kit;
        deaf& actor = kit.inside<deaf>(kit.spawn<deaf>());
        actor.clock = actor.cx.after(1ms, unheard{});
    }));
    CHECK(aborts([] {
        testing::kit kit;
        deaf& actor = kit.inside<deaf>(kit.spawn<deaf>());
        actor.clock = actor.cx.every(1ms, unheard{});
    }));
}

} // namespace misuse_test
