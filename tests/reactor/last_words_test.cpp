// What a process that dies of a signal says first, and to whom the signal belongs otherwise.

#include "support/dying.hpp"
#include "support/signals.hpp"

#include <iapp/reactor/os/last_words.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <memory>
#include <signal.h>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

using namespace iapp;
using namespace iapp::test;

namespace last_words_test {

namespace {

std::size_t say(const void* who, std::span<char> into) noexcept {
    const std::string_view text = static_cast<const char*>(who);
    std::copy(text.begin(), text.end(), into.begin());
    return text.size();
}

void end_well(int) {
    ::_exit(0);
}

// The keyboard of a terminal that is this process's own from now on.
int take_a_terminal() {
    const int keyboard = ::posix_openpt(O_RDWR | O_NOCTTY);
    ::setsid();
    if (::grantpt(keyboard) != 0 || ::unlockpt(keyboard) != 0) {
        return -1;
    }
    const int screen = ::open(::ptsname(keyboard), O_RDWR);
    return ::ioctl(screen, TIOCSCTTY, 0) == 0 ? keyboard : -1;
}

// Lets one that is held come, once it is there.
void await_signal() {
    sigset_t none;
    ::sigemptyset(&none);
    ::sigsuspend(&none);
}

} // namespace

TEST_CASE("all speak that are there, the latest first, and the signal ends the process") {
    const death d = die_by([] {
        const os::last_words first{&say, "once"};
        auto gone = std::make_unique<os::last_words>(&say, "gone");
        const os::last_words latest{&say, "never "};
        gone.reset();
        send_oneself(SIGTERM);
    });
    CHECK(d.words == "never once");
    CHECK(d.signal == SIGTERM);
}

TEST_CASE("a Ctrl-C at the terminal ends the process, too") {
    const death d = die_by([] {
        const os::last_words words{&say, "enough"};
        const held_signal held{SIGINT};
        if (::write(take_a_terminal(), "\x03", 1) == 1) {
            await_signal();
        }
    });
    CHECK(d.words == "enough");
    CHECK(d.signal == SIGINT);
}

TEST_CASE("a bad access speaks, too") {
    const death d = die_by([] {
        const os::last_words words{&say, "there was nothing"};
        *reinterpret_cast<volatile int*>(16) = 1; // nothing is ever mapped there
    });
    CHECK(d.words.starts_with("there was nothing"));
    CHECK(d.signal != 0);
}

TEST_CASE("a handler that was there before gets the signal afterwards") {
    const death d = die_by([] {
        ::signal(SIGTERM, end_well);
        const os::last_words words{&say, "and then?"};
        send_oneself(SIGTERM);
    });
    CHECK(d.words == "and then?");
    CHECK(d.signal == 0);
}

TEST_CASE("a signal that is ignored stays so") {
    const death d = die_by([] {
        ::signal(SIGINT, SIG_IGN);
        const os::last_words words{&say, "not now"};
        send_oneself(SIGINT);
    });
    CHECK(d.words == "");
    CHECK(d.signal == 0);
}

TEST_CASE("afterwards signals belong to whom they belonged before, or to who has come since") {
    const death d = die_by([] {
        {
            const os::last_words words{&say, ""};
            ::signal(SIGINT, end_well);
        }
        if (!is_default(SIGTERM) || action_of(SIGINT).sa_handler != end_well) {
            std::abort();
        }
    });
    CHECK(d.signal == 0);
}

} // namespace last_words_test
