#pragma once
// What a program does with its system while it runs and at its end.

#include "harness/options.hpp"

#include <iapp/actors/system.hpp>

#include <cstddef>
#include <string_view>
#include <vector>

namespace bench {

// A worker that does not answer for this long is shown with its last numbers.
inline constexpr std::chrono::seconds report_deadline{2};

// How programs take SIGINT and SIGTERM: the first one asks for an orderly end, the same again ends
// the process at once, and one that comes while the summary is printed does nothing.
inline constexpr iapp::signal_options stop_signal{.first_only = true, .ignore_afterwards = true};

// Asks the actor of each worker for a Report; one that does not answer keeps its last one.
template <class Report, class Ref>
void collect_reports(iapp::system& system, const std::vector<Ref>& actors,
                     std::vector<typename Report::reply>& reports) {
    for (std::size_t i = 0; i < actors.size(); ++i) {
        if (auto answer = system.ask(actors[i], report_deadline, Report{})) {
            reports[i] = std::move(*answer);
        }
    }
}

// Stops the system and gives what it counted. When a worker hangs it says which and why, and ends
// the process: a thread that hangs cannot be joined.
iapp::worker_statistics stop_or_exit(iapp::system& system, std::string_view program);

} // namespace bench
