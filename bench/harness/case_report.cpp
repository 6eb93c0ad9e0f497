#include "harness/case_report.hpp"

#include "command_line/command_line.hpp"
#include "harness/cache_line.hpp"
#include "harness/stopwatch.hpp"
#include "harness/summary.hpp"

#include <fmt/format.h>

namespace bench {

case_figures measure_case(const case_settings& settings, const processor_pair& processors,
                          const case_run& expected, const std::function<case_run()>& once) {
    const stopwatch watch{{}, {}};
    case_figures figures;
    figures.expected = expected;
    figures.line_ns_before = cache_line_round_trip_ns(processors);
    figures.ns = repeat(settings.repeats, [&] {
        const case_run run = once();
        if (figures.ok) {
            figures.seen = run;
            figures.ok = run.handled == expected.handled && run.checksum == expected.checksum;
        }
        if (figures.ns_first == 0) {
            figures.ns_first = run.ns;
        }
        return run.ns;
    });
    figures.line_ns_after = cache_line_round_trip_ns(processors);
    figures.seconds = watch.seconds();
    return figures;
}

json_object begin_case_summary(std::string_view program, std::string_view engine,
                               const case_settings& settings, const case_figures& figures) {
    json_object summary = begin_summary(program, engine, settings.threads, figures.seconds,
                                        figures.ok, error_counts{});
    summary.add("case", settings.name)
        .add("repeats", settings.repeats)
        .add("ns_median", figures.ns.median)
        .add("ns_min", figures.ns.min)
        .add("ns_max", figures.ns.max)
        .add("ns_first", figures.ns_first)
        .add("line_ns_before", figures.line_ns_before)
        .add("line_ns_after", figures.line_ns_after)
        .add("line_class", cache_line_class(figures.line_ns_after))
        .add("handled", figures.seen.handled)
        .add("checksum", figures.seen.checksum)
        .add("checksum_expected", figures.expected.checksum);
    return summary;
}

int report_case(std::string_view program, const case_settings& settings,
                const case_figures& figures, const json_object& summary) {
    if (settings.json) {
        summary.print();
    } else {
        fmt::print(
            "{} {}: {:.1f} ns ({:.1f} to {:.1f}) for each of {}; cache line {:.0f} and {:.0f} "
            "ns ({})\n",
            program, settings.name, figures.ns.median, figures.ns.min, figures.ns.max,
            figures.seen.handled, figures.line_ns_before, figures.line_ns_after,
            cache_line_class(figures.line_ns_after));
    }
    if (!figures.ok) {
        fmt::print(stderr, "{}: a run handled {}, not {}, with checksum {}, not {}\n", program,
                   figures.seen.handled, figures.expected.handled, figures.seen.checksum,
                   figures.expected.checksum);
    }
    return figures.ok ? exit_ok : exit_failed;
}

} // namespace bench
