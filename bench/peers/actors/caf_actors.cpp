// CAF's actors at the work of bench_actors.

#include "peers/actors/caf_cases.hpp"
#include "peers/caf/caf_bench.hpp"
#include "peers/messages/caf_cases.hpp"

#include <fmt/format.h>

#include <functional>
#include <map>

namespace {

using bench::actor_options;

// The cases that are measured by time, but for those that caf_messages has.
const std::map<std::string, std::function<bench::case_run(const actor_options&, int)>> timed{
    {"ping", peers::caf_ping},
    {"ring", peers::caf_ring},
    {"ask", peers::caf_ask},
    {"spawn", peers::caf_spawn},
};

int measure(const actor_options& options) {
    const bench::processor_pair processors = bench::choose_processors();
    const bench::case_settings settings = bench::settings_of(options);
    bench::case_figures figures;
    double bytes_per_actor = 0;
    if (options.name == "memory") {
        figures.expected.handled = options.actors;
        figures.seen = peers::caf_memory(options, bytes_per_actor);
        figures.ok = figures.seen.handled == options.actors;
    } else if (const auto found = timed.find(options.name); found != timed.end()) {
        figures = bench::measure_case(settings, processors, bench::expected_of(options),
                                      [&] { return found->second(options, processors.first); });
    } else {
        const bench::message_options messages = bench::as_messages(options);
        const auto run = options.name == "fan_in" ? peers::caf_flow : peers::caf_broadcast;
        figures = bench::measure_case(settings, processors, bench::expected_of(messages),
                                      [&] { return run(messages, processors); });
    }
    bench::json_object summary =
        bench::begin_case_summary("caf_actors", peers::caf_name(), settings, figures);
    summary.add("actors", options.actors).add("bytes_per_actor", bytes_per_actor);
    if (options.name == "broadcast") {
        bench::add_deliveries(summary, bench::as_messages(options), figures);
    }
    if (options.name == "memory" && !options.json) {
        fmt::print("caf_actors memory: {:.0f} bytes for each of {} actors\n", bytes_per_actor,
                   figures.seen.handled);
        return figures.ok ? bench::exit_ok : bench::exit_failed;
    }
    return bench::report_case("caf_actors", settings, figures, summary);
}

} // namespace

int main(int argc, char** argv) {
    actor_options options;
    bench::command_line line{"Actors of " + peers::caf_name(), "caf_actors"};
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
