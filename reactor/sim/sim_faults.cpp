#include <iapp/reactor/sim/sim_faults.hpp>

#include <iapp/reactor/sim/sim_random.hpp>

namespace iapp {

const std::array<sim_fault_name, 23>& sim_fault_names() noexcept {
    static constexpr std::uint32_t often = 300'000;
    static constexpr std::uint32_t now_and_then = 50'000;
    static constexpr std::uint32_t seldom = 2'000;
    static constexpr std::array<sim_fault_name, 23> all{{
        {"short_read", &sim_faults::short_read, often},
        {"short_write", &sim_faults::short_write, often},
        {"would_block", &sim_faults::would_block, often},
        {"too_many_files", &sim_faults::too_many_files, now_and_then},
        {"too_many_files_in_system", &sim_faults::too_many_files_in_system, now_and_then},
        {"no_buffers", &sim_faults::no_buffers, now_and_then},
        {"no_memory", &sim_faults::no_memory, seldom},
        {"connect_refused", &sim_faults::connect_refused, now_and_then},
        {"connect_unanswered", &sim_faults::connect_unanswered, now_and_then},
        {"reset", &sim_faults::reset, seldom},
        {"broken", &sim_faults::broken, often},
        {"timed_out", &sim_faults::timed_out, seldom},
        {"late", &sim_faults::late, now_and_then},
        {"late_end", &sim_faults::late_end, often},
        {"interrupted", &sim_faults::interrupted, often},
        {"spurious", &sim_faults::spurious, often},
        {"stale_event", &sim_faults::stale_event, often},
        {"held_back", &sim_faults::held_back, often},
        {"reordered", &sim_faults::reordered, often},
        {"late_hang_up", &sim_faults::late_hang_up, often},
        {"late_cancel", &sim_faults::late_cancel, often},
        {"ended_early", &sim_faults::ended_early, now_and_then},
        {"out_of_buffers", &sim_faults::out_of_buffers, now_and_then},
    }};
    return all;
}

sim_faults sim_faults::swarm(std::uint64_t seed) noexcept {
    sim_random random{seed};
    sim_faults chosen;
    for (const sim_fault_name& one : sim_fault_names()) {
        if (random.below(2) == 0) {
            chosen.*one.member = static_cast<std::uint32_t>(1 + random.below(one.swarm_max));
        }
    }
    return chosen;
}

} // namespace iapp
