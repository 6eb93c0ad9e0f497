#pragma once
// An actor for tests of tasks: runs free functions as its tasks.

#include "support/stepped_worker.hpp"

#include <iapp/actors/task_root.hpp>
#include <iapp/actors/task_sleep.hpp>

#include <functional>
#include <string>
#include <vector>

namespace iapp::test {

using journal = std::vector<std::string>;

// Writes down the end of what it is a part of.
class trace {
  public:
    trace(journal& to, std::string what) : to_{to}, what_{std::move(what)} {}

    ~trace() { to_.push_back("end of " + what_); }

    trace(const trace&) = delete;
    trace& operator=(const trace&) = delete;

  private:
    journal& to_;
    std::string what_;
};

struct quit {};

// Its tasks write down in `seen` what they do.
class scripted {
  public:
    using accepts = messages<quit>;

    explicit scripted(context& cx_) : cx{cx_} {}

    void on(quit) { cx.stop(); }

    ref<quit> self() { return cx.self(*this); }

    // Runs a task in the actor's name, from outside.
    template <class F, class... Args>
    bool run(F function, Args&&... args) {
        return cx.run(function, std::ref(*this), std::forward<Args>(args)...);
    }

    void note(std::string what) { seen.push_back(std::move(what)); }

    context& cx;
    journal seen;
};

// A worker with one such actor. At its end, nothing of any task is left.
class scripted_worker {
  public:
    explicit scripted_worker(const worker_limits& limits = {})
        : worker{limits}, actor{worker.spawn<scripted>()} {}

    ~scripted_worker() {
        worker.end();
        CHECK(worker.loop().io().records() == 0);
        CHECK(worker.loop().io().buffers().outstanding() == 0);
    }

    scripted_worker(const scripted_worker&) = delete;
    scripted_worker& operator=(const scripted_worker&) = delete;

    // Runs the task and takes as many turns as it needs if it waits for nothing.
    template <class F, class... Args>
    journal& play(F function, Args&&... args) {
        CHECK(actor.run(function, std::forward<Args>(args)...));
        worker.turn(3);
        return actor.seen;
    }

    bool actor_lives() { return worker.loop().statistics().actors.actors_ended == 0; }

    stepped_worker worker;
    scripted& actor; // dangling once it has ended
};

} // namespace iapp::test
