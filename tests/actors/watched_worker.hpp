#pragma once
// A worker whose handlers do what the test says, and its watchdog.

#include "support/reports.hpp"
#include "support/stepped_worker.hpp"

#include <iapp/actors/watchdog.hpp>

#include <functional>
#include <vector>

namespace iapp::test {

struct nap {
    std::function<void()>* how;
};

// What it does with its time is the test's.
class sleeper {
  public:
    using accepts = messages<nap>;

    explicit sleeper(context& cx) : cx_{cx} {}

    void on(nap n) { (*n.how)(); }

    auto self() const { return cx_.self(*this); }

  private:
    context& cx_;
};

// One that the test steps. Its thread is that of the test, and so is the watchdog's.
class watched_worker {
  public:
    explicit watched_worker(watchdog_options options = {.limit = std::chrono::milliseconds{100}})
        : dog_{{&w_.loop()}, options} {}

    // Handlers that do these, one after the other, in one turn.
    void run(std::vector<std::function<void()>> naps) {
        for (std::function<void()>& each : naps) {
            REQUIRE(sleeper_.self().send(nap{&each}));
        }
        w_.turn();
    }

    // The watchdog looks, so much later than the last time.
    void look(duration later) {
        now_ += later;
        dog_.look(now_);
    }

    std::uint64_t stalls() const { return w_.loop().statistics().actors.stalls; }

    worker_loop& loop() noexcept { return w_.loop(); }

    void turn() { w_.turn(); }

    // As a system that stops; the watchdog still looks.
    void end() { w_.end(); }

  private:
    mutable stepped_worker w_;
    sleeper& sleeper_ = w_.spawn<sleeper>();
    watchdog dog_;
    time_point now_{std::chrono::hours{1}};
};

} // namespace iapp::test
