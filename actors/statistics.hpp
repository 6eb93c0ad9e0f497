#pragma once
// What workers and systems count.

#include <iapp/actors/ask_table.hpp>
#include <iapp/mailbox/mailbox.hpp>
#include <iapp/reactor/reactor.hpp>

#include <array>
#include <cstdint>

namespace iapp {

constexpr std::size_t index_of(dead_letter reason) noexcept {
    return static_cast<std::size_t>(reason);
}

// Plain numbers, one writer. sent = delivered + all dead letters once nothing is under way.
struct worker_counters {
    std::uint64_t sent = 0;
    std::uint64_t delivered = 0;
    std::array<std::uint64_t, 4> dead_letters{}; // by dead_letter
    std::uint64_t actors_spawned = 0;
    std::uint64_t actors_ended = 0;
    std::uint64_t actors_failed = 0;  // an exception ended them, or kept them from beginning
    std::uint64_t actors_refused = 0; // actors_max was reached
    std::uint64_t events = 0;         // of queues, that came to subscribers of this worker
    std::uint64_t events_dropped = 0; // that did not: a limit was reached, or the system stopped
    std::uint64_t events_refused = 0; // publications by this worker
    std::uint64_t turns = 0;
    std::uint64_t sleeps = 0;         // turns that went to wait
    std::uint64_t wakes_received = 0; // sleeps that mail ended
    std::uint64_t spins = 0;          // turns that spun before they would sleep
    std::uint64_t spins_paid = 0;     // spins that mail ended
    std::uint64_t stalls = 0;         // handlers that the watchdog has named

    // Posted callbacks that arrived here: posted = ran + cancelled + dropped once none is under
    // way.
    std::uint64_t posted = 0;
    std::uint64_t posts_ran = 0;
    std::uint64_t posts_cancelled = 0;
    std::uint64_t posts_dropped = 0; // the worker stopped first
    std::uint64_t posts_failed = 0;  // of those that ran: an exception ended them

    std::uint64_t tasks_started = 0;     // by cx.run()
    std::uint64_t tasks_refused = 0;     // tasks_per_actor_max was reached
    std::uint64_t task_frames_large = 0; // too large for the memory pool, so from the system heap
    // Work given to other threads: started = ran + dropped once none is under way.
    std::uint64_t offloads_started = 0;
    std::uint64_t offloads_ran = 0;     // their actor got the result
    std::uint64_t offloads_dropped = 0; // their actor ended first, whether they had begun or not
    std::uint64_t offloads_refused = 0; // not started
};

// One worker, or the sum over several.
struct worker_statistics {
    worker_counters actors;
    ask_counters asks;
    mail_counters mail;
    io_counters io;
    std::uint64_t system_calls = 0;
    std::uint64_t open_sockets = 0;
    std::uint64_t buffers_out = 0;
    std::uint64_t buffer_bytes_mapped = 0;

    worker_statistics& operator+=(const worker_statistics& other) noexcept;
};

} // namespace iapp
