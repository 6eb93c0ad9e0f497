#pragma once
// scenario: a program in a simulated world, with what must be true of it.

#include <iapp/sim.hpp>

#include <span>
#include <string_view>

namespace iapp::test {

// What a run did.
struct outcome {
    std::uint64_t hash = 0;
    std::uint64_t turns = 0;
    double seconds = 0; // simulated ones
    sim_faults faults;  // how often each came about
};

inline outcome outcome_of(sim_world& world) {
    const duration lasted = world.now() - sim_world::beginning;
    return {world.event_hash(), world.turns(), std::chrono::duration<double>(lasted).count(),
            world.network().faults_drawn()};
}

// run() plays it in a world of its own, to finish(), and throws sim_failure when something is
// wrong.
struct scenario {
    std::string_view name;
    outcome (*run)(const sim_world_options& options);
};

std::span<const scenario> scenarios();

// Each in the file of its name.
outcome play_chat(const sim_world_options& options);
outcome play_conservation(const sim_world_options& options);
outcome play_dealings(const sim_world_options& options);
outcome play_echo(const sim_world_options& options);
outcome play_relay(const sim_world_options& options);
outcome play_srv_clt(const sim_world_options& options);
outcome play_start_stop(const sim_world_options& options);
outcome play_supervision(const sim_world_options& options);
outcome play_task_echo(const sim_world_options& options);

} // namespace iapp::test
