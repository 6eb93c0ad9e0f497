// bench_messages: what a message between libiapp's workers costs, beside the least that two threads
// can do for the same.

#include "harness/cache_line.hpp"
#include "harness/common_summary.hpp"
#include "harness/stopwatch.hpp"
#include "messages/run_case.hpp"
#include "raw/messages/messages.hpp"

#include <fmt/format.h>

#include <functional>

namespace {

using bench::case_run;
using bench::message_options;

// What a case is held against: nanoseconds of one run.
std::function<double(const bench::processor_pair&)> raw_for(const message_options& options) {
    if (options.name == "wake") {
        return [=](const auto& on) { return raw::sleeping_round_trip_ns(on, options.count); };
    }
    if (options.name == "spin") {
        return [](const auto& on) { return bench::cache_line_round_trip_ns(on); };
    }
    if (options.name == "local") {
        return {};
    }
    // The same number of bytes as the message has, by the ring that ours goes through.
    const std::size_t bytes = options.payload <= 16 ? 16 : options.payload <= 32 ? 32 : 64;
    return [=](const auto& on) { return raw::ring_flow_ns(on, bytes, options.count); };
}

case_run run_once(const message_options& options, bench::run_counts& counts) {
    if (options.name == "wake" || options.name == "spin") {
        return bench::run_round_trips(options, counts);
    }
    if (options.name == "post" || options.name == "cancel") {
        return bench::run_posts(options, counts);
    }
    return bench::run_flow(options, counts);
}

struct measured {
    bench::case_figures figures;
    bench::paired_spread against_raw;
    bench::run_counts counts;
};

measured measure(const message_options& options) {
    const bench::processor_pair processors = bench::choose_processors();
    measured all;
    all.figures.expected = bench::expected_of(options);
    const auto ours = [&] {
        const case_run run = run_once(options, all.counts);
        if (all.figures.ok) {
            all.figures.seen = run;
            all.figures.ok = run.handled == all.figures.expected.handled &&
                             run.checksum == all.figures.expected.checksum;
        }
        return run.ns;
    };
    all.figures.line_ns_before = bench::cache_line_round_trip_ns(processors);
    if (const auto raw = raw_for(options)) {
        all.against_raw =
            bench::repeat_in_pairs(options.repeats, ours, [&] { return raw(processors); });
        all.figures.ns = all.against_raw.a;
    } else {
        all.figures.ns = bench::repeat(options.repeats, ours);
    }
    all.figures.line_ns_after = bench::cache_line_round_trip_ns(processors);
    return all;
}

void add_counts(bench::json_object& summary, const measured& all) {
    const iapp::worker_statistics& of = all.counts.workers;
    summary.add("raw_ns_median", all.against_raw.b.median)
        .add("ratio_median", all.against_raw.ratio_median)
        .add("allocations", all.counts.allocations)
        .add("allocations_counted", bench::counts_malloc ? "malloc" : "new")
        .add("batches", of.mail.batches)
        .add("rings_full", of.mail.rings_full)
        .add("wakes", of.mail.wakes_sent)
        .add("wakes_saved", of.mail.wakes_saved)
        .add("sleeps", of.actors.sleeps)
        .add("spins", of.actors.spins)
        .add("posted", of.actors.posted)
        .add("ran", of.actors.posts_ran)
        .add("cancelled", of.actors.posts_cancelled)
        .add("dropped", of.actors.posts_dropped);
    bench::add_system_fields(summary, of);
}

int report(const message_options& options, const measured& all, double seconds) {
    if (!options.json) {
        const int status =
            bench::report_case("bench_messages", "iapp", options, all.figures, seconds);
        fmt::print("    raw {:.1f} ns, ratio {:.2f}; {} allocations, {} wakes, {} sleeps\n",
                   all.against_raw.b.median, all.against_raw.ratio_median, all.counts.allocations,
                   all.counts.workers.mail.wakes_sent, all.counts.workers.actors.sleeps);
        return status;
    }
    const unsigned workers = options.name == "local" ? 1 : 2;
    bench::json_object summary = bench::begin_summary("bench_messages", "iapp", workers, seconds,
                                                      all.figures.ok, bench::error_counts{});
    bench::add_case_fields(summary, options, all.figures);
    add_counts(summary, all);
    summary.print();
    return all.figures.ok ? bench::exit_ok : bench::exit_failed;
}

} // namespace

int main(int argc, char** argv) {
    message_options options;
    CLI::App app{"Messages and callbacks between workers", "bench_messages"};
    bench::add_message_flags(app, options,
                             {"flow", "fan_in", "local", "wake", "spin", "post", "cancel"});
    if (const auto status = bench::parse(app, argc, argv)) {
        return *status;
    }
    if (options.count == 0) {
        options.count = 10 * bench::count_of(options.name);
    }
    const bench::stopwatch watch{{}, {}};
    const measured all = measure(options);
    return report(options, all, watch.seconds());
}
