#include "actors/options.hpp"

#include <CLI/CLI.hpp>

namespace bench {

unsigned actors_of(const std::string& name) {
    if (name == "ping" || name == "ask") {
        return 2;
    }
    if (name == "memory") {
        return 100'000;
    }
    return name == "fan_in" ? 100 : 1000;
}

void add_actor_flags(CLI::App& app, actor_options& options, const std::vector<std::string>& cases) {
    app.set_version_flag("--version", app.get_name() + " " IAPP_VERSION);
    app.add_option("--case", options.name, "What is measured")
        ->check(CLI::IsMember(cases))
        ->capture_default_str();
    add_size(app, "--count", options.count,
             "Messages, hops, deliveries, requests or actors of one run")
        ->check(CLI::Range(1.0, 1e12));
    app.add_option("--actors", options.actors, "Actors that take part; 0 is the case's own number")
        ->check(CLI::Range(0U, 10'000'000U));
    app.add_option("--repeats", options.repeats, "Runs, after one to warm up")
        ->check(CLI::Range(1U, 1000U))
        ->capture_default_str();
    app.add_flag("--json", options.json, "Print JSON objects, one a line, and nothing else");
}

case_settings settings_of(const actor_options& options) {
    const bool crosses = options.name == "fan_in" || options.name == "broadcast";
    return {options.name, options.repeats, crosses ? 2U : 1U, options.json};
}

message_options as_messages(const actor_options& options) {
    message_options messages;
    messages.name = options.name;
    messages.count = options.count;
    messages.producers = options.actors;
    messages.subscribers = options.actors;
    return messages;
}

case_run expected_of(const actor_options& options) {
    if (options.name == "spawn") {
        return {0, options.count / options.actors * options.actors, 0};
    }
    const std::uint64_t n = options.count;
    return {0, n, n % 2 == 0 ? n / 2 * (n + 1) : (n + 1) / 2 * n};
}

} // namespace bench
