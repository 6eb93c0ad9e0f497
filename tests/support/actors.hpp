#pragma once
// Actors and systems for tests.

#include "support/waiting.hpp"

#include <iapp/actors/system.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <vector>

namespace iapp::test {

struct add {
    int value = 0;
};

struct total {
    using reply = int;
};

// Adds up what it is sent.
class counter {
  public:
    using accepts = messages<add, total>;

    void on(add what) { sum_ += what.value; }

    int on(total) { return sum_; }

  private:
    int sum_ = 0;
};

// All messages that were counted as sent were delivered or are dead letters.
inline std::uint64_t dead_letters(const worker_statistics& of) {
    const auto& dead = of.actors.dead_letters;
    return std::accumulate(dead.begin(), dead.end(), std::uint64_t{0});
}

inline std::uint64_t dead_letters(const worker_statistics& of, dead_letter reason) {
    return of.actors.dead_letters[index_of(reason)];
}

// All posts that were accepted have ended as exactly one of three.
inline void check_posts(const worker_statistics& of) {
    const worker_counters& all = of.actors;
    CHECK(all.posted == all.posts_ran + all.posts_cancelled + all.posts_dropped);
}

// A system whose books are checked when it has stopped.
class checked_system {
  public:
    explicit checked_system(system_options options = {}) : sys_{std::move(options)} {}

    ~checked_system() {
        if (!stopped_) {
            stop();
        }
    }

    iapp::system* operator->() noexcept { return &sys_; }

    iapp::system& operator*() noexcept { return sys_; }

    // Stops, and checks that nothing is left over and everything adds up.
    worker_statistics stop() {
        stopped_ = true;
        const result<void> ended = sys_.stop(patience());
        CHECK_MESSAGE(ended, sys_.stop_report());
        const result<worker_statistics> last = sys_.statistics(patience());
        CHECK(last);
        if (!last) {
            return {};
        }
        CHECK(last->actors.sent == last->actors.delivered + dead_letters(*last));
        CHECK(last->actors.actors_spawned == last->actors.actors_ended);
        check_posts(*last);
        CHECK(last->io.ops_started == last->io.ops_ended);
        CHECK(last->open_sockets == 0);
        CHECK(last->buffers_out == 0);
        return *last;
    }

    // Asks, and fails the test when there is no answer.
    template <class M, class Ref>
    auto ask(const Ref& whom, M message = {}) {
        auto answer = sys_.ask(whom, patience(), std::move(message));
        REQUIRE_MESSAGE(answer, answer.error().message());
        return std::move(*answer);
    }

  private:
    iapp::system sys_;
    bool stopped_ = false;
};

} // namespace iapp::test
