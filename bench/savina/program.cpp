#include "savina/program.hpp"

#include "command_line/command_line.hpp"
#include "harness/stopwatch.hpp"
#include "harness/summary.hpp"

#include <fmt/format.h>

namespace savina {

int run_problem(const problem& about,
                const std::function<std::uint64_t(std::uint64_t n, unsigned workers)>& solve,
                int argc, char** argv) {
    std::uint64_t n = about.n;
    unsigned workers = 2;
    bool json = false;
    bench::command_line line{"A problem of the Savina suite with " + about.library, about.name};
    line.size("--n", n, "The problem's size", {1, 1'000'000'000'000});
    line.number("--workers", workers, "Worker threads", {1, 62});
    line.flag("--json", json, "Print JSON objects, one a line, and nothing else");
    if (const auto status = line.parse(argc, argv)) {
        return *status;
    }
    const std::uint64_t expected = about.expected ? about.expected(n) : n * about.each;
    const bench::stopwatch watch{{}, {}};
    const std::uint64_t result = solve(n, workers);
    const double seconds = watch.seconds();
    const bool ok = result == expected;
    if (json) {
        bench::begin_summary(about.name, about.library, workers, seconds, ok, {})
            .add("n", n)
            .add("result", result)
            .add("expected", expected)
            .print();
    } else {
        fmt::print("{}: {} of {} in {:.3f} s\n", about.name, result, expected, seconds);
    }
    return ok ? bench::exit_ok : bench::exit_failed;
}

} // namespace savina
