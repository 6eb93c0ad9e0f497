#pragma once
// sim_faults: how often a simulated kernel and network do what real ones seldom do.

#include <array>
#include <cstdint>

namespace iapp {

// Each member says how many times in a million its occasion goes wrong; 0, the default, is never.
// All of them are things that a correct program survives: nothing that a peer did is made up, lost
// or told twice.
struct sim_faults {
    // Of a stream's calls. What is left over, or was refused, is announced anew a little later, as
    // if it had arrived, or room been made, only then.
    std::uint32_t short_read = 0;
    std::uint32_t short_write = 0;
    std::uint32_t would_block = 0; // spurious EAGAIN

    // Of opening and accepting.
    std::uint32_t too_many_files = 0;           // EMFILE
    std::uint32_t too_many_files_in_system = 0; // ENFILE
    std::uint32_t no_buffers = 0;               // ENOBUFS
    std::uint32_t no_memory = 0;                // ENOMEM, also of registering with the poller
    std::uint32_t connect_refused = 0;          // ECONNREFUSED by somebody between
    std::uint32_t connect_unanswered = 0;       // the request is lost: ETIMEDOUT in the end

    // Of each piece that the network carries.
    std::uint32_t reset = 0;     // both ends see ECONNRESET
    std::uint32_t broken = 0;    // with `reset`: EPIPE shows at the end that sends
    std::uint32_t timed_out = 0; // both ends see ETIMEDOUT
    std::uint32_t late = 0;      // the piece is held up, up to sim_options::late_max
    std::uint32_t late_end = 0;  // the same of the end of a stream

    // Of the waiting call and its events.
    std::uint32_t interrupted = 0;  // EINTR: the wait, or an operation, ends and reports nothing
    std::uint32_t spurious = 0;     // an event of a descriptor that is not ready
    std::uint32_t stale_event = 0;  // an event of a descriptor that was closed, told again
    std::uint32_t held_back = 0;    // an event is told by a later wait only
    std::uint32_t reordered = 0;    // events and completions are told out of their order
    std::uint32_t late_hang_up = 0; // the bytes are announced, their end by a later wait

    // Of operations that complete by themselves.
    std::uint32_t late_cancel = 0;    // goes on for a while after it was told to end
    std::uint32_t ended_early = 0;    // a source ends for no reason, to be begun anew
    std::uint32_t out_of_buffers = 0; // a source ends because no buffer stood ready

    // A random half of them, each with a random frequency: faults mask each other, so that a run
    // with all of them on finds less than many runs with some. The same for a seed everywhere.
    static sim_faults swarm(std::uint64_t seed) noexcept;

    // Those of them that end no connection and keep none from being made, but only delay, divide
    // and reorder: with them everything must go well in the end.
    sim_faults harmless() const noexcept;

    bool are_harmless() const noexcept { return *this == harmless(); }

    friend bool operator==(const sim_faults&, const sim_faults&) = default;
};

// Every member, so that whoever chooses or prints them forgets none.
struct sim_fault_name {
    const char* name;
    std::uint32_t sim_faults::*member;
    // The most that swarm() chooses: low for what ends connections.
    std::uint32_t swarm_max;
    bool harmless; // as sim_faults::harmless() says
};

const std::array<sim_fault_name, 23>& sim_fault_names() noexcept;

} // namespace iapp
