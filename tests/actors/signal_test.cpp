// Signals as messages.

#include "support/actors.hpp"
#include "support/signals.hpp"

#include <doctest/doctest.h>

#include <memory>

using namespace iapp;
using namespace iapp::test;

namespace signal_test {

namespace {

struct subscribe {
    using reply = int; // the error's number, 0 for none
    int number = 0;
    signal_options options = {};
};

struct unsubscribe {
    using reply = bool;
};

// Counts the signals that reach it; may let its subscription go when one does.
class sentry {
  public:
    using accepts = messages<signalled, subscribe, unsubscribe, total>;

    explicit sentry(context& cx, std::atomic<int>* heard, bool once = false)
        : cx_{cx}, heard_{heard}, once_{once} {}

    void on(signalled what) {
        number_ = what.number;
        if (once_) {
            watch_ = {};
        }
        ++*heard_;
    }

    int on(subscribe what) {
        result<signal_watch> made = cx_.on_signal(what.number, what.options);
        if (!made) {
            return made.error().value();
        }
        watch_ = std::move(*made);
        return 0;
    }

    bool on(unsubscribe) {
        watch_ = {};
        return true;
    }

    int on(total) { return number_; }

  private:
    context& cx_;
    std::atomic<int>* heard_;
    bool once_;
    signal_watch watch_;
    int number_ = 0;
};

int error_number(std::errc error) {
    return static_cast<int>(error);
}

} // namespace

TEST_CASE("a signal reaches the actor that asked for it, again and again") {
    const ignored_signal safe{signal_user1};
    std::atomic<int> heard{0};
    checked_system sys{{.workers = 2}};
    const auto s = sys->spawn<sentry>({.on = {1}}, &heard);
    CHECK(sys.ask(s, subscribe{signal_user1}) == 0);
    for (int i = 1; i <= 3; ++i) {
        raise_signal(signal_user1);
        CHECK(eventually([&] { return heard == i; }));
    }
    CHECK(sys.ask<total>(s) == signal_user1);
    CHECK(is_caught(signal_user1));
    sys.ask<unsubscribe>(s);
    CHECK_FALSE(is_caught(signal_user1)); // the previous action is back
    raise_signal(signal_user1);
    CHECK(heard == 3);
}

TEST_CASE("a signal has one subscriber in a process; another one is told busy") {
    const ignored_signal safe{signal_user1};
    std::atomic<int> heard{0};
    checked_system sys{{.workers = 2}};
    const auto a = sys->spawn<sentry>({.on = {0}}, &heard);
    const auto b = sys->spawn<sentry>({.on = {1}}, &heard);
    CHECK(sys.ask(a, subscribe{signal_user1}) == 0);
    CHECK(sys.ask(b, subscribe{signal_user1}) == error_number(std::errc::device_or_resource_busy));
    sys.ask<unsubscribe>(a);
    CHECK(sys.ask(b, subscribe{signal_user1}) == 0);
    raise_signal(signal_user1);
    CHECK(eventually([&] { return heard == 1; }));
}

TEST_CASE("with first_only the system's own action is back after the first signal") {
    const ignored_signal safe{signal_user1};
    std::atomic<int> heard{0};
    checked_system sys;
    const auto s = sys->spawn<sentry>({}, &heard);
    CHECK(sys.ask(s, subscribe{signal_user1, {.first_only = true}}) == 0);
    CHECK(is_caught(signal_user1));
    raise_signal(signal_user1);
    CHECK(eventually([&] { return heard == 1; }));
    CHECK(is_default(signal_user1)); // a second one would end the process
    sys.ask<unsubscribe>(s);
    CHECK_FALSE(is_default(signal_user1)); // now ours, from before
}

TEST_CASE("with ignore_afterwards a signal after the subscription's end does nothing") {
    const ignored_signal restored{signal_user1};
    const default_signal deadly{signal_user1};
    std::atomic<int> heard{0};
    checked_system sys;
    const auto s = sys->spawn<sentry>({}, &heard);
    CHECK(sys.ask(s, subscribe{signal_user1, {.first_only = true, .ignore_afterwards = true}}) ==
          0);
    raise_signal(signal_user1);
    CHECK(eventually([&] { return heard == 1; }));
    sys.ask<unsubscribe>(s);
    REQUIRE_FALSE(is_default(signal_user1));
    raise_signal(signal_user1); // would end the process
    CHECK(heard == 1);
}

TEST_CASE("two signals at once reach two actors, though the first one unsubscribes") {
    const ignored_signal safe1{signal_user1};
    const ignored_signal safe2{signal_user2};
    std::atomic<int> heard[2] = {};
    checked_system sys;
    const auto a = sys->spawn<sentry>({}, &heard[0], true);
    const auto b = sys->spawn<sentry>({}, &heard[1]);
    for (int round = 1; round <= 20; ++round) {
        CHECK(sys.ask(a, subscribe{signal_user1}) == 0);
        CHECK(sys.ask(b, subscribe{signal_user2}) == 0);
        raise_signal(signal_user1);
        raise_signal(signal_user2);
        CHECK(eventually([&] { return heard[0] == round && heard[1] == round; }));
        sys.ask<unsubscribe>(b);
    }
}

TEST_CASE("the subscription of an actor that ends, by itself or with its system, ends with it") {
    const ignored_signal safe{signal_user1};
    std::atomic<int> heard{0};
    {
        checked_system sys;
        const auto s = sys->spawn<sentry>({}, &heard);
        CHECK(sys.ask(s, subscribe{signal_user1}) == 0);
    }
    CHECK_FALSE(is_caught(signal_user1));
    checked_system sys;
    const auto s = sys->spawn<sentry>({}, &heard);
    CHECK(sys.ask(s, subscribe{signal_user1}) == 0);
}

TEST_CASE("a number that is no signal, or one that cannot be caught, is refused") {
    std::atomic<int> heard{0};
    checked_system sys;
    const auto s = sys->spawn<sentry>({}, &heard);
    CHECK(sys.ask(s, subscribe{-1}) == error_number(std::errc::invalid_argument));
    CHECK(sys.ask(s, subscribe{0}) == error_number(std::errc::invalid_argument));
    CHECK(sys.ask(s, subscribe{100'000}) == error_number(std::errc::invalid_argument));
    CHECK(sys.ask(s, subscribe{signal_kill}) == error_number(std::errc::invalid_argument));
}

TEST_CASE("a system makes the process ignore broken pipes") {
    checked_system sys;
    raise_signal(signal_pipe); // would end it
    CHECK(sys->workers() == 1);
}

} // namespace signal_test
