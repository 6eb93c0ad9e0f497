#include "actors/options.hpp"

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

void add_actor_flags(command_line& line, actor_options& options,
                     const std::vector<std::string>& cases) {
    line.choice("--case", options.name, "What is measured", cases);
    line.size("--count", options.count, "Messages, hops, deliveries, requests or actors of one run",
              {1, 1'000'000'000'000});
    line.number("--actors", options.actors, "Actors that take part; 0 is the case's own number",
                {0, 10'000'000});
    line.number("--repeats", options.repeats, "Runs, after one to warm up", {1, 1000});
    line.flag("--json", options.json, "Print JSON objects, one a line, and nothing else");
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
