#pragma once
// What befalls the hosts of a scenario, besides the faults of the seed.

#include <iapp/sim.hpp>

namespace iapp::test {

// Sometimes keeps two hosts from reaching each other for a while; true when it will.
inline bool maybe_partition(sim_world& world, sim_host a, sim_host b) {
    sim_random& random = world.random();
    if (!random.chance(200'000)) {
        return false;
    }
    const duration from{static_cast<duration::rep>(random.below(1'000'000'000))};
    const duration lasts{static_cast<duration::rep>(random.below(5'000'000'000))};
    world.after(from, [&world, a, b] { world.network().partition(a, b); });
    world.after(from + lasts, [&world, a, b] { world.network().heal(a, b); });
    return true;
}

} // namespace iapp::test
