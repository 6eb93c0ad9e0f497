// Waiting and waking. One suite for every poller: IAPP_ENGINE says which.

#include <doctest/doctest.h>

#include <support/pollers.hpp>
#include <support/sockets.hpp>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <pthread.h>
#include <thread>
#include <vector>

namespace poller_wake_test {

namespace {

using namespace std::chrono_literals;
using iapp::test::await;
using iapp::test::becomes_quiet;
using iapp::test::drain;
using iapp::test::fd_pair;
using iapp::test::first_key;
using iapp::test::is_readable;
using iapp::test::look;
using iapp::test::reading;
using iapp::test::registration;
using iapp::test::send_bytes;
using iapp::test::tested_poller;
using iapp::test::unix_pair;
using iapp::test::wait;

} // namespace

TEST_CASE("a wait without events ends after its timeout and not before") {
    const auto waits = tested_poller();
    const auto begin = std::chrono::steady_clock::now();
    CHECK(wait(*waits, 20ms + 1ns).empty());
    CHECK(std::chrono::steady_clock::now() - begin >= 20ms);
}

TEST_CASE("a wake before the wait is not lost") {
    const auto waits = tested_poller();
    waits->wake();
    CHECK(wait(*waits, iapp::duration::max()).empty());
}

TEST_CASE("two wakes are one") {
    const auto waits = tested_poller();
    waits->wake();
    waits->wake();
    CHECK(wait(*waits, iapp::duration::max()).empty());
    const auto begin = std::chrono::steady_clock::now();
    CHECK(wait(*waits, 20ms).empty());
    CHECK(std::chrono::steady_clock::now() - begin >= 20ms);
}

TEST_CASE("a wake comes with the events that are there, and alone when there are none") {
    const auto waits = tested_poller();
    fd_pair pair = unix_pair();
    registration r{*waits, pair.near.get(), first_key};
    send_bytes(pair.far, 1);
    r.set(reading);
    waits->wake();
    await(*waits, first_key, is_readable);
    drain(pair.near);
    waits->wake();
    look(*waits);
    CHECK(becomes_quiet(*waits));
    r.forget();
}

TEST_CASE("no wake is lost when it races with the wait") {
    const auto waits = tested_poller();
    constexpr int rounds = 2000;
    std::atomic<int> asked{0};
    std::atomic<int> answered{0};
    std::thread waker{[&] {
        for (int i = 1; i <= rounds; ++i) {
            asked.store(i, std::memory_order_relaxed); // the wake has to make it visible
            waits->wake();
            while (answered.load(std::memory_order_acquire) < i) {
                std::this_thread::yield();
            }
        }
    }};
    for (int i = 1; i <= rounds; ++i) {
        while (asked.load(std::memory_order_relaxed) < i) {
            wait(*waits, iapp::duration::max());
        }
        answered.store(i, std::memory_order_release);
    }
    waker.join();
}

TEST_CASE("wakes from several threads all count") {
    const auto waits = tested_poller();
    constexpr int threads = 4;
    constexpr int rounds = 10000;
    std::atomic<int> posted{0};
    std::vector<std::thread> wakers;
    for (int t = 0; t < threads; ++t) {
        wakers.emplace_back([&] {
            for (int i = 0; i < rounds; ++i) {
                posted.fetch_add(1, std::memory_order_relaxed);
                waits->wake();
            }
        });
    }
    while (posted.load(std::memory_order_relaxed) < threads * rounds) {
        wait(*waits, iapp::duration::max());
    }
    for (std::thread& t : wakers) {
        t.join();
    }
}

namespace {

std::atomic<iapp::poller*> woken_by_signal{nullptr};

extern "C" void wake_from_handler(int) {
    const int interrupted = errno;
    errno = ERANGE;
    woken_by_signal.load()->wake();
    if (errno != ERANGE) {
        std::abort();
    }
    errno = interrupted;
}

} // namespace

TEST_CASE("a signal handler can wake, and errno survives") {
    const auto waits = tested_poller();
    woken_by_signal = waits.get();
    const auto previous = std::signal(SIGUSR1, wake_from_handler);
    std::raise(SIGUSR1);
    CHECK(wait(*waits, iapp::duration::max()).empty());
    // While it waits: the wait ends by the wake or by the interruption.
    std::thread other{[target = ::pthread_self()] { ::pthread_kill(target, SIGUSR1); }};
    CHECK(wait(*waits, iapp::duration::max()).empty());
    other.join();
    std::signal(SIGUSR1, previous);
    woken_by_signal = nullptr;
}

TEST_CASE("waits are counted as calls") {
    const auto waits = tested_poller();
    const std::uint64_t before = waits->calls();
    look(*waits);
    look(*waits);
    CHECK(waits->calls() >= before + 2);
}

} // namespace poller_wake_test
