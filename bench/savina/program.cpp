#include "savina/program.hpp"

#include "harness/flags.hpp"
#include "harness/stopwatch.hpp"
#include "harness/summary.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace savina {

int run_problem(const problem& about,
                const std::function<std::uint64_t(std::uint64_t n, unsigned workers)>& solve,
                int argc, char** argv) {
    std::uint64_t n = about.n;
    unsigned workers = 2;
    bool json = false;
    CLI::App app{"A problem of the Savina suite with " + about.library, about.name};
    app.set_version_flag("--version", about.name + " " IAPP_VERSION);
    bench::add_size(app, "--n", n, "The problem's size")->check(CLI::Range(1.0, 1e12));
    app.add_option("--workers", workers, "Worker threads")
        ->check(CLI::Range(1U, 62U))
        ->capture_default_str();
    app.add_flag("--json", json, "Print JSON objects, one a line, and nothing else");
    if (const auto status = bench::parse(app, argc, argv)) {
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
