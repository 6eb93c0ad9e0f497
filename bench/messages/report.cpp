#include "messages/report.hpp"

#include "harness/cache_line.hpp"
#include "messages/payload.hpp"

#include <fmt/format.h>

namespace bench {

case_run expected_of(const message_options& options) {
    if (options.name == "broadcast") {
        const std::uint64_t published = options.count / options.subscribers;
        return {0, published * options.subscribers,
                checksum::expected(0, published) * options.subscribers};
    }
    const unsigned producers = options.name == "fan_in" ? options.producers : 1;
    return {0, options.count, checksum::expected_of_all(producers, options.count)};
}

case_figures measure_case(const message_options& options, const processor_pair& processors,
                          const std::function<case_run()>& once) {
    case_figures figures;
    figures.expected = expected_of(options);
    figures.line_ns_before = cache_line_round_trip_ns(processors);
    figures.ns = repeat(options.repeats, [&] {
        const case_run run = once();
        if (figures.ok) {
            figures.seen = run;
            figures.ok = run.handled == figures.expected.handled &&
                         run.checksum == figures.expected.checksum;
        }
        return run.ns;
    });
    figures.line_ns_after = cache_line_round_trip_ns(processors);
    return figures;
}

void add_case_fields(json_object& summary, const message_options& options,
                     const case_figures& figures) {
    summary.add("case", options.name)
        .add("payload", options.payload)
        .add("repeats", options.repeats)
        .add("ns_median", figures.ns.median)
        .add("ns_min", figures.ns.min)
        .add("ns_max", figures.ns.max)
        .add("line_ns_before", figures.line_ns_before)
        .add("line_ns_after", figures.line_ns_after)
        .add("line_class", cache_line_class(figures.line_ns_after))
        .add("handled", figures.seen.handled)
        .add("checksum", figures.seen.checksum)
        .add("checksum_expected", figures.expected.checksum);
    if (options.name == "broadcast") {
        summary.add("published", options.count / options.subscribers)
            .add("deliveries", figures.seen.handled)
            .add("expected", figures.expected.handled);
    }
}

int report_case(std::string_view program, std::string_view engine, const message_options& options,
                const case_figures& figures, double seconds) {
    const unsigned threads = options.name == "local" ? 1 : 2;
    if (options.json) {
        json_object summary =
            begin_summary(program, engine, threads, seconds, figures.ok, error_counts{});
        add_case_fields(summary, options, figures);
        summary.print();
    } else {
        fmt::print(
            "{} {}: {:.1f} ns ({:.1f} to {:.1f}) of {} with {} bytes each, cache line {:.0f} "
            "and {:.0f} ns ({})\n",
            program, options.name, figures.ns.median, figures.ns.min, figures.ns.max,
            figures.seen.handled, options.payload, figures.line_ns_before, figures.line_ns_after,
            cache_line_class(figures.line_ns_after));
    }
    if (!figures.ok) {
        fmt::print(stderr, "{}: a run handled {} of {} messages with checksum {}, not {}\n",
                   program, figures.seen.handled, figures.expected.handled, figures.seen.checksum,
                   figures.expected.checksum);
    }
    return figures.ok ? exit_ok : exit_failed;
}

} // namespace bench
