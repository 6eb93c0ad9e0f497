// Stacks of handlers that hold their worker for too long.

#include "support/actors.hpp"
#include "support/signals.hpp"
#include "watched_worker.hpp"

#include <iapp/reactor/os/code_place.hpp>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace watchdog_stack_test {

bool hold_until_shown();

namespace {

const std::string in_this_test = "watchdog_stack_test::hold_until_shown()";
const std::string ended_first = "ended before its stack was taken";

bool is_shown() {
    return reports::count(in_this_test) > 0;
}

// A slow host takes less for all that nobody means to be slow.
constexpr std::chrono::milliseconds limit{50};

system_options with_stacks(int number, unsigned workers = 1) {
    return {.workers = workers, .watchdog = {.limit = limit, .stack_signal = number}};
}

constexpr watchdog_options by_user1{.limit = 100ms, .stack_signal = signal_user1};

std::error_code refusal_of(const system_options& options) {
    try {
        const iapp::system refused{options};
    } catch (const std::system_error& error) {
        return error.code();
    }
    return {};
}

// By the number of each signal, whether somebody handles it.
std::vector<bool> caught_signals() {
    std::vector<bool> all;
    for (int number = 1; number <= signals_max; ++number) {
        all.push_back(is_caught(number));
    }
    return all;
}

class listener_to_signals {
  public:
    struct subscribe {
        using reply = bool;
        int number;
    };

    using accepts = messages<signalled, subscribe>;

    explicit listener_to_signals(context& cx) : cx_{cx} {}

    void on(signalled) {}

    bool on(subscribe to) {
        result<signal_watch> made = cx_.on_signal(to.number);
        if (made) {
            watch_ = std::move(*made);
        }
        return static_cast<bool>(made);
    }

  private:
    context& cx_;
    signal_watch watch_;
};

// A worker that the signal for its stack does not get to until the test says so.
struct late_worker {
    void signal_comes() { held.reset(); }

    const reports kept;
    const ignored_signal safe{signal_user1};
    watched_worker w{by_user1};
    const os::stack_probe::presence here{w.loop().stack()};
    std::unique_ptr<held_signal> held = std::make_unique<held_signal>(signal_user1);
    // A handler that the watchdog finds too long.
    const std::function<void()> hold = [this] {
        w.look(0ms);
        w.look(101ms);
        w.look(25ms);
        CHECK(reports::count("holds its worker") > 0); // and nothing of its stack yet
    };
};

} // namespace

// Exported by the program, so it has a name in a stack.
[[gnu::noinline]] bool hold_until_shown() {
    const bool shown = eventually(&is_shown);
    CHECK(shown); // also: what waits is not called last, or it would take the place of this frame
    return shown;
}

TEST_CASE("a function that the program does not export goes by no other's name") {
    const auto at = [](bool (*code)()) {
        return os::find_code(reinterpret_cast<const void*>(code));
    };
    const os::code_place exported = at(&hold_until_shown);
    REQUIRE(exported.function != nullptr);
    CHECK(exported.function == in_this_test);
    const os::code_place local = at(&is_shown); // FreeBSD knows a name somewhere below it
    CHECK(local.function == nullptr);
}

TEST_CASE("with a signal for it, the report of a handler shows where it is" *
          doctest::skip(!handlers_are_unwound)) {
    const reports kept;
    const ignored_signal safe{signal_user1};
    checked_system sys{with_stacks(signal_user1, 2)};
    std::function<void()> hold = [] { hold_until_shown(); };
    CHECK(sys->spawn<sleeper>({.on = worker{1}}).send(nap{&hold}));
    CHECK(eventually([] { return reports::count("let its worker go") == 1; }));
    CHECK(sys.stop().actors.stalls == 1);
    const std::vector<kept_report> all = reports::all();
    REQUIRE(all.size() > 4);
    CHECK(all[0].text.find("sleeper holds its worker") != std::string::npos);
    CHECK(all[1].text.find("sleeper is here") != std::string::npos);
    for (std::size_t i = 2; i + 1 < all.size(); ++i) {
        CHECK(all[i].text.starts_with("  #" + std::to_string(i - 2) + " 0x"));
        CHECK(all[i].worker == 1);
        CHECK(all[i].level == log_level::warning);
    }
    CHECK(reports::count(in_this_test) == 1);
    CHECK(all.size() <= 32 + 3);
}

TEST_CASE("several systems share a signal, each shows its own worker, the last one lets it go" *
          doctest::skip(!handlers_are_unwound)) {
    const reports kept;
    const ignored_signal safe{signal_user1};
    std::function<void()> hold = [] { hold_until_shown(); };
    {
        checked_system first{with_stacks(signal_user1)};
        {
            checked_system second{with_stacks(signal_user1)};
            CHECK(second->spawn<sleeper>({}).send(nap{&hold}));
            CHECK(eventually([] { return reports::count("let its worker go") == 1; }));
        }
        CHECK(is_caught(signal_user1));
        CHECK(reports::count(in_this_test) == 1);
        CHECK(first.stop().actors.stalls == 0);
    }
    CHECK_FALSE(is_caught(signal_user1));
}

TEST_CASE("the end of a system gives the signal its action from before back") {
    const default_signal before{signal_user2};
    {
        checked_system sys{with_stacks(signal_user2)};
        CHECK(is_caught(signal_user2));
        raise_signal(signal_user2); // of somebody else, to a thread that is no worker
    }
    CHECK(is_default(signal_user2));
}

TEST_CASE("without a signal for stacks no signal's action is touched, and no stack shown") {
    const reports kept;
    const std::vector<bool> before = caught_signals();
    watched_worker w;
    w.run({[&] {
        w.look(0ms);
        w.look(101ms);
        w.look(1ms);
        CHECK(caught_signals() == before);
    }});
    checked_system sys{with_stacks(0)};
    CHECK(caught_signals() == before);
    CHECK(reports::all().size() == 1);
}

TEST_CASE("a signal that a stack cannot be taken with is refused") {
    for (const int number : {-1, 100'000, signal_kill, signal_fault}) {
        CAPTURE(number);
        CHECK(refusal_of(with_stacks(number)) == std::errc::invalid_argument);
    }
    CHECK_FALSE(refusal_of(with_stacks(0)));
}

TEST_CASE("an actor and a watchdog do not share a signal") {
    const ignored_signal safe1{signal_user1};
    const ignored_signal safe2{signal_user2};
    checked_system sys{with_stacks(signal_user2)};
    const auto listens = sys->spawn<listener_to_signals>({});
    CHECK(sys.ask(listens, listener_to_signals::subscribe{signal_user1}));
    CHECK_FALSE(sys.ask(listens, listener_to_signals::subscribe{signal_user2}));
    CHECK(refusal_of(with_stacks(signal_user1)) == std::errc::device_or_resource_busy);
}

TEST_CASE("the stack of a worker is taken once for each handler that is reported") {
    const reports kept;
    const ignored_signal safe{signal_user1};
    watched_worker w{by_user1};
    const os::stack_probe::presence here{w.loop().stack()};
    const auto hold = [&] {
        w.look(0ms);
        w.look(101ms);
        w.look(25ms);
        w.look(25ms);
    };
    w.run({hold, hold});
    CHECK(reports::count("is here, the innermost call first:") == 2);
    CHECK(reports::count("  #0 ") == 2);
    CHECK(reports::count(ended_first) == 0);
}

TEST_CASE("no stack of what comes after is shown for a handler that ends before the signal") {
    late_worker late;

    SUBCASE("and the signal comes to the next handler") {
        late.w.run({late.hold, [&] {
                        late.signal_comes();
                        late.w.look(0ms);
                    }});
    }
    SUBCASE("and the watchdog looks before the signal comes") {
        late.w.run({late.hold});
        late.w.look(25ms);
        late.signal_comes();
    }
    late.w.look(25ms);
    CHECK(reports::count(ended_first) == 1);
    CHECK(reports::count("  #") == 0);
}

TEST_CASE("a worker that did not get to it in time is asked again for the next handler") {
    late_worker late;
    late.w.run({late.hold});
    late.w.look(25ms);
    CHECK(reports::count(ended_first) == 1);
    late.w.run({[&] {
        late.hold();
        late.signal_comes();
        late.w.look(25ms);
    }});
    CHECK(reports::count(ended_first) == 1);
    CHECK(reports::count("  #0 ") == 1);
}

TEST_CASE("a worker without a thread of its own cannot be asked for its stack") {
    const reports kept;
    const ignored_signal safe{signal_user1};
    watched_worker w{by_user1};
    w.run({[&] {
        w.look(0ms);
        w.look(101ms);
        w.look(25ms);
    }});
    CHECK(reports::count("cannot be asked for its stack") == 1);
    CHECK(reports::all().size() == 2);
}

} // namespace watchdog_stack_test
