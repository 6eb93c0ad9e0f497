#pragma once
// What the Savina programs on CAF share.

#include "peers/caf/caf_bench.hpp"
#include "savina/parameters.hpp"
#include "savina/program.hpp"

#include <functional>
#include <vector>

namespace peers {

// Has an actor system made, calls `start` with it and with where the result goes, and waits for the
// result and for every actor to end.
inline std::uint64_t
solve_with_caf(unsigned workers,
               const std::function<void(caf::actor_system&, finish_line<std::uint64_t>&)>& start) {
    finish_line<std::uint64_t> finish;
    caf_config config{workers};
    caf::actor_system system{config};
    start(system, finish);
    const std::uint64_t result = finish.wait().result;
    system.await_all_actors_done();
    return result;
}

// The messages of the problems that carry nothing.
using done_atom = caf::atom_constant<caf::atom("done")>;
using stop_atom = caf::atom_constant<caf::atom("stop")>;

} // namespace peers
