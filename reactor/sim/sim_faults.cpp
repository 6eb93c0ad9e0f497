#include <iapp/reactor/sim/sim_faults.hpp>

#include <iapp/reactor/sim/sim_random.hpp>

namespace iapp {

const std::array<sim_fault_name, 23>& sim_fault_names() noexcept {
    static constexpr std::uint32_t often = 300'000;
    static constexpr std::uint32_t now_and_then = 50'000;
    static constexpr std::uint32_t seldom = 2'000;
    static constexpr std::array<sim_fault_name, 23> all{{
        {"short_read", &sim_faults::short_read, often, true},
        {"short_write", &sim_faults::short_write, often, true},
        {"would_block", &sim_faults::would_block, often, true},
        {"too_many_files", &sim_faults::too_many_files, now_and_then, false},
        {"too_many_files_in_system", &sim_faults::too_many_files_in_system, now_and_then, false},
        {"no_buffers", &sim_faults::no_buffers, now_and_then, false},
        {"no_memory", &sim_faults::no_memory, seldom, false},
        {"connect_refused", &sim_faults::connect_refused, now_and_then, false},
        {"connect_unanswered", &sim_faults::connect_unanswered, now_and_then, false},
        {"reset", &sim_faults::reset, seldom, false},
        {"broken", &sim_faults::broken, often, true},
        {"timed_out", &sim_faults::timed_out, seldom, false},
        {"late", &sim_faults::late, now_and_then, true},
        {"late_end", &sim_faults::late_end, often, true},
        {"interrupted", &sim_faults::interrupted, often, true},
        {"spurious", &sim_faults::spurious, often, true},
        {"stale_event", &sim_faults::stale_event, often, true},
        {"held_back", &sim_faults::held_back, often, true},
        {"reordered", &sim_faults::reordered, often, true},
        {"late_hang_up", &sim_faults::late_hang_up, often, true},
        {"late_cancel", &sim_faults::late_cancel, often, true},
        {"ended_early", &sim_faults::ended_early, now_and_then, true},
        {"out_of_buffers", &sim_faults::out_of_buffers, now_and_then, true},
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

sim_faults sim_faults::harmless() const noexcept {
    sim_faults those;
    for (const sim_fault_name& one : sim_fault_names()) {
        those.*one.member = one.harmless ? this->*one.member : 0;
    }
    return those;
}

} // namespace iapp
