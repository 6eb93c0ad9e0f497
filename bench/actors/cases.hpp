#pragma once
// The cases of bench_actors. fan_in and broadcast are those of bench_messages.

#include "actors/options.hpp"
#include "messages/run_case.hpp"

namespace bench {

// ping and ring: a token that goes round through two actors, or many.
case_run run_ring(const actor_options& options, run_counts& counts);
case_run run_ask(const actor_options& options, run_counts& counts);
case_run run_spawn(const actor_options& options, run_counts& counts);

// Makes options.actors idle actors; handled is their number, and `bytes_per_actor` what the process
// grew by for each. Nothing large may have run before, whose memory would be used again.
case_run run_memory(const actor_options& options, double& bytes_per_actor, run_counts& counts);

} // namespace bench
