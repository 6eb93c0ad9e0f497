// bench_actors: what libiapp's actors cost.

#include "actors/cases.hpp"
#include "harness/common_summary.hpp"

#include <fmt/format.h>

#include <functional>
#include <map>

namespace {

using bench::actor_options;
using bench::case_run;
using bench::run_counts;

// The cases that are measured by time, but for those that bench_messages has.
const std::map<std::string, std::function<case_run(const actor_options&, run_counts&)>> timed{
    {"ping", bench::run_ring},
    {"ring", bench::run_ring},
    {"ask", bench::run_ask},
    {"spawn", bench::run_spawn},
};

int measure(const actor_options& options) {
    const bench::processor_pair processors = bench::choose_processors();
    const bench::case_settings settings = bench::settings_of(options);
    bench::case_figures figures;
    run_counts counts;
    double bytes_per_actor = 0;
    if (options.name == "memory") {
        figures.expected.handled = options.actors;
        figures.seen = bench::run_memory(options, bytes_per_actor, counts);
        figures.ok = figures.seen.handled == options.actors;
    } else if (const auto found = timed.find(options.name); found != timed.end()) {
        figures = bench::measure_case(settings, processors, bench::expected_of(options),
                                      [&] { return found->second(options, counts); });
    } else {
        const bench::message_options messages = bench::as_messages(options);
        const auto run = options.name == "fan_in" ? bench::run_flow : bench::run_broadcast;
        figures = bench::measure_case(settings, processors, bench::expected_of(messages),
                                      [&] { return run(messages, counts); });
    }
    bench::json_object summary =
        bench::begin_case_summary("bench_actors", "iapp", settings, figures);
    summary.add("actors", options.actors)
        .add("bytes_per_actor", bytes_per_actor)
        .add("allocations", counts.allocations)
        .add("wakes", counts.workers.mail.wakes_sent)
        .add("sleeps", counts.workers.actors.sleeps);
    if (options.name == "broadcast") {
        bench::add_deliveries(summary, bench::as_messages(options), figures);
    }
    bench::add_system_fields(summary, counts.workers);
    if (options.name == "memory" && !options.json) {
        fmt::print("bench_actors memory: {:.0f} bytes for each of {} actors\n", bytes_per_actor,
                   figures.seen.handled);
        return figures.ok ? bench::exit_ok : bench::exit_failed;
    }
    return bench::report_case("bench_actors", settings, figures, summary);
}

} // namespace

int main(int argc, char** argv) {
    actor_options options;
    bench::command_line line{"Actors of libiapp", "bench_actors"};
    bench::add_actor_flags(line, options,
                           {"ping", "ring", "fan_in", "broadcast", "ask", "spawn", "memory"});
    if (const auto status = line.parse(argc, argv)) {
        return *status;
    }
    if (options.actors == 0) {
        options.actors = bench::actors_of(options.name);
    }
    return measure(options);
}
