#include "messages/options.hpp"

#include "messages/payload.hpp"

#include <CLI/CLI.hpp>

namespace bench {

std::uint64_t count_of(const std::string& name) {
    if (name == "wake") {
        return 20'000;
    }
    return name == "spin" ? 200'000 : 1'000'000;
}

void add_message_flags(CLI::App& app, message_options& options,
                       const std::vector<std::string>& cases) {
    constexpr unsigned most = 1U << 20;
    app.set_version_flag("--version", app.get_name() + " " IAPP_VERSION);
    app.add_option("--case", options.name, "What is measured")
        ->check(CLI::IsMember(cases))
        ->capture_default_str();
    add_size(app, "--payload", options.payload, "Bytes of one message")
        ->check(
            CLI::IsMember(std::vector<std::string>{"16", "32", "48", "64", "256", "1024", "1K"}));
    add_size(app, "--count", options.count, "Messages, round trips or deliveries of one run");
    app.add_option("--producers", options.producers, "Of fan_in")
        ->check(CLI::Range(1U, most))
        ->capture_default_str();
    app.add_option("--subscribers", options.subscribers, "Of broadcast")
        ->check(CLI::Range(1U, most))
        ->capture_default_str();
    app.add_option("--repeats", options.repeats, "Runs, after one to warm up")
        ->check(CLI::Range(1U, 1000U))
        ->capture_default_str();
    app.add_flag("--json", options.json, "Print JSON objects, one a line, and nothing else");
}

} // namespace bench
