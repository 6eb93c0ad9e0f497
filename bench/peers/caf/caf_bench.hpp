#pragma once
// What the programs on CAF (the C++ Actor Framework, 0.17) share. An actor is either scheduled, on
// a system of as many worker threads as a case asks for, or detached: alone on a thread of its own.

#include "harness/processor_pair.hpp"

#include <caf/all.hpp>

#include <chrono>
#include <future>
#include <string>

namespace peers {

using clock = std::chrono::steady_clock;

using ready_atom = caf::atom_constant<caf::atom("ready")>; // pins the thread, answers itself
using go_atom = caf::atom_constant<caf::atom("go")>;       // do the next piece of work

// Options for a system with this many scheduler threads.
struct caf_config : caf::actor_system_config {
    explicit caf_config(unsigned workers) { set("scheduler.max-threads", workers); }
};

// The library's name and version, for summaries.
inline std::string caf_name() {
    return "caf-" + std::to_string(CAF_VERSION / 10000) + "." +
           std::to_string(CAF_VERSION / 100 % 100) + "." + std::to_string(CAF_VERSION % 100);
}

// Answers ready_atom once its thread is pinned. Actors whose thread is theirs alone are pinned one
// by one; with a single scheduler thread the first actor pins it for all.
class pinned_actor : public caf::event_based_actor {
  public:
    pinned_actor(caf::actor_config& config, int processor)
        : caf::event_based_actor{config}, processor_{processor} {}

  protected:
    ready_atom pin() {
        bench::pin_this_thread_to(processor_);
        return ready_atom::value;
    }

  private:
    int processor_; // -1: not pinned
};

// Returns when the actor has run for the first time.
inline void wait_until_ready(caf::scoped_actor& self, const caf::actor& actor) {
    self->request(actor, caf::infinite, ready_atom::value)
        .receive([](ready_atom) {},
                 [&](const caf::error& error) {
                     throw std::runtime_error{self->system().render(error)};
                 });
}

// The end of a run, told by an actor and awaited by main.
template <class Result>
class finish_line {
  public:
    // Once, any thread.
    void reach(const Result& result) { promise_.set_value({clock::now(), result}); }

    struct arrival {
        clock::time_point when;
        Result result;
    };

    arrival wait() { return promise_.get_future().get(); }

  private:
    std::promise<arrival> promise_;
};

} // namespace peers
