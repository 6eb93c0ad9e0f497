#pragma once
// The cases of caf_actors. fan_in and broadcast are those of caf_messages.

#include "actors/options.hpp"

namespace peers {

// One run on one scheduler thread, pinned to the processor.
bench::case_run caf_ping(const bench::actor_options& options, int processor);
bench::case_run caf_ring(const bench::actor_options& options, int processor);
bench::case_run caf_ask(const bench::actor_options& options, int processor);
bench::case_run caf_spawn(const bench::actor_options& options, int processor);

// Makes options.actors idle actors; handled is their number, and `bytes_per_actor` what the process
// grew by for each. Nothing large may have run before, whose memory would be used again.
bench::case_run caf_memory(const bench::actor_options& options, double& bytes_per_actor);

} // namespace peers
