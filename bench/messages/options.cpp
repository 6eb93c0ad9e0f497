#include "messages/options.hpp"

#include "messages/payload.hpp"

namespace bench {

std::uint64_t count_of(const std::string& name) {
    if (name == "wake") {
        return 20'000;
    }
    return name == "spin" ? 200'000 : 1'000'000;
}

void add_message_flags(command_line& line, message_options& options,
                       const std::vector<std::string>& cases) {
    constexpr unsigned most = 1U << 20;
    line.choice("--case", options.name, "What is measured", cases);
    line.choice("--payload", options.payload, "Bytes of one message",
                {{"16", 16},
                 {"32", 32},
                 {"48", 48},
                 {"64", 64},
                 {"256", 256},
                 {"1024", 1024},
                 {"1K", 1024}});
    line.size("--count", options.count, "Messages, round trips or deliveries of one run");
    line.number("--producers", options.producers, "Of fan_in", {1, most});
    line.number("--subscribers", options.subscribers, "Of broadcast", {1, most});
    line.number("--repeats", options.repeats, "Runs, after one to warm up", {1, 1000});
    line.flag("--json", options.json, "Print JSON objects, one a line, and nothing else");
}

} // namespace bench
