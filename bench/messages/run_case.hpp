#pragma once
// One run of a case on libiapp's workers: the system, the clock, and what was counted.

#include "harness/allocations.hpp"
#include "messages/payload.hpp"
#include "messages/report.hpp"

#include <iapp/actors/system.hpp>

#include <chrono>
#include <cstdint>

namespace bench {

// What one run has seen besides the time.
struct run_counts {
    std::uint64_t allocations = 0; // by the whole process, in the last nine tenths of a run
    iapp::worker_statistics workers;
};

// The finish line: written by the actor that is last, read when the system has stopped.
class finish_line {
  public:
    // The first actor, when it begins.
    void start() noexcept { start_ = std::chrono::steady_clock::now(); }

    // When a tenth of the work is done and everything is warm.
    void warm() noexcept { meter_ = allocation_meter{}; }

    // The last actor, when it has handled the last message. Ends the system.
    void arrive(iapp::context& cx, std::uint64_t handled, std::uint64_t sum) {
        took_ = std::chrono::steady_clock::now() - start_;
        allocations_ = meter_.by_process().calls;
        handled_ = handled;
        sum_ = sum;
        cx.stop_system(0);
    }

    void arrive(iapp::context& cx, const checksum& seen) { arrive(cx, seen.count(), seen.sum()); }

    case_run result(std::uint64_t count) const noexcept {
        return {static_cast<double>(took_.count()) / static_cast<double>(count), handled_, sum_};
    }

    std::uint64_t allocations() const noexcept { return allocations_; }

  private:
    std::chrono::steady_clock::time_point start_{};
    std::chrono::nanoseconds took_{};
    allocation_meter meter_;
    std::uint64_t allocations_ = 0;
    std::uint64_t handled_ = 0;
    std::uint64_t sum_ = 0;
};

// A system of that many pinned workers.
iapp::system_options workers_of(unsigned count, iapp::idle_policy idle);

// Waits for the finish line, stops the system and counts.
case_run finish(iapp::system& system, const finish_line& line, std::uint64_t count,
                run_counts& counts);

// The cases; `counts` gets what the run has seen.
case_run run_flow(const message_options& options, run_counts& counts);
case_run run_round_trips(const message_options& options, run_counts& counts);
case_run run_broadcast(const message_options& options, run_counts& counts);
case_run run_posts(const message_options& options, run_counts& counts);

} // namespace bench
