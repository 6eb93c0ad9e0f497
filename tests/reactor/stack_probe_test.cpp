// Stacks that threads take at a signal.

#include "support/signals.hpp"
#include "support/sockets.hpp"
#include "support/waiting.hpp"

#include <iapp/reactor/os/code_place.hpp>
#include <iapp/reactor/os/stack_frames.hpp>
#include <iapp/reactor/os/stack_probe.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <dlfcn.h>
#include <functional>
#include <thread>
#include <vector>

using namespace iapp;
using namespace iapp::test;
using os::stack_probe;
using state = os::stack_probe::state;

namespace stack_probe_test {

namespace {

bool yes(const void*) noexcept {
    return true;
}

bool as_said(const void* of) noexcept {
    return *static_cast<const bool*>(of);
}

bool has(std::span<const void* const> frames, const void* address) {
    return std::find(frames.begin(), frames.end(), address) != frames.end();
}

// Where a function that asks for it is called, as frames have it.
[[gnu::always_inline]] inline const void* this_call() {
    return static_cast<const char*>(__builtin_return_address(0)) - 1;
}

// A thread that runs f(), and is present meanwhile.
class probed_thread {
  public:
    template <class F>
    explicit probed_thread(stack_probe& probe, F f)
        : thread_{[&probe, f] {
              const stack_probe::presence here{probe};
              f();
          }} {}

    ~probed_thread() { thread_.join(); }

  private:
    std::thread thread_;
};

struct bed {
    const ignored_signal safe{signal_user1};
    const os::stack_signal signal{signal_user1};
    stack_probe probe;
};

// Calls itself so deep, then f().
[[gnu::noinline]] int descend(int deep, const std::function<void()>& f) {
    if (deep == 0) {
        f();
        return 0;
    }
    const volatile int below = descend(deep - 1, f); // a loop would do without it
    return below + 1;
}

// So that what the test looks for is a call of its own, whatever the compiler would like.
[[gnu::noinline]] void spin(std::atomic<const void*>& where, const std::atomic<bool>& end) {
    where = this_call();
    while (!end) {
        std::this_thread::yield();
    }
}

} // namespace

TEST_CASE("a thread that spins is seen where it does, by one that does not wait for it" *
          doctest::skip(!handlers_are_unwound)) {
    bed b;
    std::atomic<const void*> where{nullptr};
    std::atomic<bool> end{false};
    {
        const probed_thread other{b.probe, [&] { spin(where, end); }};
        CHECK(eventually([&] { return where != nullptr; }));
        CHECK(b.probe.ask(b.signal, &yes, nullptr));
        CHECK(eventually([&] { return b.probe.now() == state::taken; }));
        end = true;
    }
    CHECK(has(b.probe.frames(), where));
    CHECK_FALSE(b.probe.cancel());
}

TEST_CASE("a thread that waits in a call of the system is seen there, and the call goes on" *
          doctest::skip(!signals_interrupt_calls)) {
    bed b;
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const unique_fd in{ends[0]};
    const unique_fd out{ends[1]};
    ssize_t count = -1;
    {
        std::atomic<bool> begun{false};
        const probed_thread other{b.probe, [&] {
                                      char byte;
                                      begun = true;
                                      count = ::read(in.get(), &byte, 1);
                                  }};
        CHECK(eventually([&] { return begun.load(); }));
        CHECK(b.probe.ask(b.signal, &yes, nullptr));
        CHECK(eventually([&] { return b.probe.now() == state::taken; }));
        CHECK(::write(out.get(), "x", 1) == 1);
    }
    CHECK(count == 1);
    CHECK_FALSE(b.probe.frames().empty());
}

TEST_CASE("of a deep stack the inner frames are kept" * doctest::skip(!handlers_are_unwound)) {
    bed b;
    const stack_probe::presence here{b.probe};
    descend(100, [&] { CHECK(b.probe.ask(b.signal, &yes, nullptr)); });
    CHECK(eventually([&] { return b.probe.now() == state::taken; }));
    CHECK(b.probe.frames().size() == stack_probe::frames_max);
}

TEST_CASE("a thread that has gone on declines, and can be asked again") {
    bed b;
    const stack_probe::presence here{b.probe};
    bool wanted = false;
    CHECK(b.probe.ask(b.signal, &as_said, &wanted));
    CHECK(eventually([&] { return b.probe.now() == state::declined; }));
    wanted = true;
    CHECK(b.probe.ask(b.signal, &as_said, &wanted));
    CHECK(eventually([&] { return b.probe.now() == state::taken; }));
}

TEST_CASE("what was cancelled is not taken when the signal comes") {
    bed b;
    const stack_probe::presence here{b.probe};
    {
        const held_signal held{signal_user1};
        CHECK(b.probe.ask(b.signal, &yes, nullptr));
        CHECK_FALSE(b.probe.ask(b.signal, &yes, nullptr));
        CHECK(b.probe.cancel());
    }
    CHECK(b.probe.now() == state::idle);
}

TEST_CASE("a thread that has ended, or was never there, is not signalled") {
    bed b;
    CHECK_FALSE(b.probe.ask(b.signal, &yes, nullptr));
    {
        const probed_thread other{b.probe, [] {}};
    }
    CHECK_FALSE(b.probe.ask(b.signal, &yes, nullptr));
    CHECK(b.probe.now() == state::idle);
}

TEST_CASE("an address of code is told as file and offset") {
    const os::code_place here = os::find_code(reinterpret_cast<const void*>(&spin));
    REQUIRE(here.file != nullptr);
    CHECK(std::strstr(here.file, "test_reactor") != nullptr);
    CHECK(here.file_offset > 0);
    // Not &std::strtol, which may be an address in this program.
    const void* const library = ::dlsym(RTLD_DEFAULT, "strtol");
    REQUIRE(library != nullptr);
    const os::code_place exported = os::find_code(static_cast<const char*>(library) + 1);
    REQUIRE(exported.function != nullptr);
    CHECK(exported.function_offset == 1);
    CHECK(os::find_code(nullptr).file == nullptr);
}

} // namespace stack_probe_test
