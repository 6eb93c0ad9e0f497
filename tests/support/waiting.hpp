#pragma once
// How long tests wait before they give up. No test passes or fails by speed: these limits only end
// a test that would wait for ever.

#include <chrono>
#include <cstdlib>
#include <thread>

namespace iapp::test {

// `limit` multiplied by IAPP_TEST_SLOW, for slow hosts.
inline std::chrono::milliseconds at_most(std::chrono::milliseconds limit) {
    const char* const factor = std::getenv("IAPP_TEST_SLOW");
    const long slow = factor == nullptr ? 1 : std::strtol(factor, nullptr, 10);
    return limit * (slow < 1 ? 1 : slow);
}

// Far more than anything that a test waits for takes.
inline std::chrono::milliseconds patience() {
    return at_most(std::chrono::seconds{30});
}

// Waits until another thread has made `done` true; false when it never does.
template <class Predicate>
bool eventually(Predicate done) {
    const auto limit = std::chrono::steady_clock::now() + patience();
    while (!done()) {
        if (std::chrono::steady_clock::now() > limit) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return true;
}

} // namespace iapp::test
