#pragma once
// task_echo_session: sends back what comes, as echo_session does, but by tasks.

#include "sim/alive.hpp"

#include <iapp/iapp.hpp>
#include <iapp/sim.hpp>

namespace iapp::test {

// How a run's sessions behave, and what they found.
struct task_echo_rules {
    sim_world* world = nullptr;
    duration idle_max{};             // no session waits longer for its peer
    duration latest{};               // by which a timer may be late
    bool may_time_out_early = false; // the network may end connections with timed_out, too
    int sessions = 0;                // that there are
    int frames = 0;                  // of tasks
};

class task_echo_session {
  public:
    using accepts = messages<>;

    task_echo_session(context& cx, stream s, task_echo_rules* rules);

  private:
    bool chance(std::uint32_t per_million) { return rules_.world->random().chance(per_million); }

    duration below(duration most);
    void check_lateness(time_point begun, duration patience, bool over);

    task<> end_well();
    task<> serve();
    task<> echo();
    task<buffer> next();
    task<buffer> attempt(duration patience);
    task<buffer> take();
    task<buffer> give_up(duration patience);
    task<> put(buffer piece);
    task<> give(buffer piece);
    task<> nap();
    task<> finish();

    context& cx_;
    task_echo_rules& rules_;
    alive session_;
    stream stream_;
    bool gave_up_ = false;
};

} // namespace iapp::test
