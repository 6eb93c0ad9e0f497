#include "messages/report.hpp"

#include "messages/payload.hpp"

namespace bench {

case_settings settings_of(const message_options& options) {
    return {options.name, options.repeats, options.name == "local" ? 1U : 2U, options.json};
}

case_run expected_of(const message_options& options) {
    if (options.name == "broadcast") {
        const std::uint64_t published = options.count / options.subscribers;
        return {0, published * options.subscribers,
                checksum::expected(0, published) * options.subscribers};
    }
    const unsigned producers = options.name == "fan_in" ? options.producers : 1;
    return {0, options.count, checksum::expected_of_all(producers, options.count)};
}

void add_deliveries(json_object& summary, const message_options& options,
                    const case_figures& figures) {
    summary.add("published", options.count / options.subscribers)
        .add("deliveries", figures.seen.handled)
        .add("expected", figures.expected.handled);
}

json_object begin_message_summary(std::string_view program, std::string_view engine,
                                  const message_options& options, const case_figures& figures) {
    json_object summary = begin_case_summary(program, engine, settings_of(options), figures);
    summary.add("payload", options.payload);
    if (options.name == "broadcast") {
        add_deliveries(summary, options, figures);
    }
    return summary;
}

} // namespace bench
