#pragma once
// What befalls the hosts of a scenario, besides the faults of the seed.

#include <iapp/sim.hpp>

#include <chrono>

namespace iapp::test {

// Takes what may end connections away from some runs, since each such fault is in half of all:
// hardly one would be left in which everything must go well. True: none of the world's faults ends
// connections.
inline bool maybe_make_peace(sim_world& world) {
    sim_faults faults = world.network().options().faults;
    if (world.random().chance(300'000)) {
        faults = faults.harmless();
        world.network().set_faults(faults);
    }
    return faults.are_harmless() && world.stall_max() <= std::chrono::milliseconds{50};
}

// Sometimes keeps two hosts from reaching each other for a while, or one of them from all; true
// when it will.
inline bool maybe_partition(sim_world& world, sim_host a, sim_host b) {
    sim_random& random = world.random();
    if (!random.chance(200'000)) {
        return false;
    }
    const duration from{static_cast<duration::rep>(random.below(1'000'000'000))};
    const duration lasts{static_cast<duration::rep>(random.below(5'000'000'000))};
    if (lasts.count() % 3 == 0) {
        world.after(from, [&world, b, lasts] { world.network().stall(b, world.now() + lasts); });
        return true;
    }
    world.after(from, [&world, a, b] { world.network().partition(a, b); });
    world.after(from + lasts, [&world, a, b] { world.network().heal(a, b); });
    return true;
}

} // namespace iapp::test
