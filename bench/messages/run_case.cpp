#include "messages/run_case.hpp"

#include "harness/running.hpp"

namespace bench {

iapp::system_options workers_of(unsigned count, iapp::idle_policy idle) {
    return {.workers = count, .name = "bench", .pin = true, .idle = idle};
}

case_run finish(iapp::system& system, const finish_line& line, std::uint64_t count,
                run_counts& counts) {
    system.wait_until_stopped();
    counts.workers = stop_or_exit(system, "bench_messages");
    counts.allocations = line.allocations();
    return line.result(count);
}

} // namespace bench
