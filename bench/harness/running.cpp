#include "harness/running.hpp"

#include <cstdlib>
#include <fmt/format.h>

namespace bench {

namespace {

constexpr std::chrono::seconds stop_deadline{10};

} // namespace

iapp::worker_statistics stop_or_exit(iapp::system& system, std::string_view program) {
    if (const iapp::result<void> stopped = system.stop(stop_deadline); !stopped) {
        fmt::print(stderr, "{}: {}: {}\n", program, stopped.error().message(),
                   system.stop_report());
        std::_Exit(exit_failed);
    }
    return *system.statistics(report_deadline);
}

} // namespace bench
