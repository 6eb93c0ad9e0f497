// bench_messages: what a message between libiapp's workers costs, beside the least that two threads
// can do for the same.

#include "harness/cache_line.hpp"
#include "harness/common_summary.hpp"
#include "messages/run_case.hpp"
#include "raw/messages/messages.hpp"

#include <fmt/format.h>

#include <functional>
#include <vector>

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
    if (options.name == "broadcast") {
        return [=](const auto& on) {
            return raw::broadcast_ns(on, options.subscribers, options.count);
        };
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
    if (options.name == "broadcast") {
        return bench::run_broadcast(options, counts);
    }
    return bench::run_flow(options, counts);
}

// What a run against the raw limit has come to.
struct beside_raw {
    std::vector<double> raw_ns;
    std::vector<double> ratios;
    std::vector<double> rings_ns; // of spin: a round trip through two rings and nothing else
    bench::run_counts counts;     // of the last run
};

// One run of ours and one of the raw limit, which of them first changing with each pair. The first
// pair is to warm up and not kept.
class paired_runs {
  public:
    paired_runs(const message_options& options, const bench::processor_pair& processors)
        : options_{options}, processors_{processors}, raw_{raw_for(options)} {}

    case_run operator()(beside_raw& kept) {
        const bool raw_first = pairs_ % 2 == 1;
        double raw_ns = raw_first ? raw() : 0;
        const case_run ours = run_once(options_, kept.counts);
        raw_ns = raw_first ? raw_ns : raw();
        if (pairs_++ > 0 && raw_) {
            kept.raw_ns.push_back(raw_ns);
            kept.ratios.push_back(ours.ns / raw_ns);
            if (options_.name == "spin") {
                kept.rings_ns.push_back(raw::ring_round_trip_ns(processors_, options_.count));
            }
        }
        return ours;
    }

  private:
    double raw() { return raw_ ? raw_(processors_) : 0; }

    const message_options& options_;
    const bench::processor_pair& processors_;
    const std::function<double(const bench::processor_pair&)> raw_;
    unsigned pairs_ = 0;
};

double median_of(const std::vector<double>& values) {
    return values.empty() ? 0 : bench::spread_of(values).median;
}

void add_counts(bench::json_object& summary, const beside_raw& all) {
    const iapp::worker_statistics& of = all.counts.workers;
    summary.add("raw_ns_median", median_of(all.raw_ns))
        .add("ratio_median", median_of(all.ratios))
        .add("rings_ns_median", median_of(all.rings_ns))
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

int measure(const message_options& options) {
    const bench::processor_pair processors = bench::choose_processors();
    beside_raw kept;
    paired_runs runs{options, processors};
    const bench::case_figures figures =
        bench::measure_case(bench::settings_of(options), processors, bench::expected_of(options),
                            [&] { return runs(kept); });
    bench::json_object summary =
        bench::begin_message_summary("bench_messages", "iapp", options, figures);
    add_counts(summary, kept);
    const int status =
        bench::report_case("bench_messages", bench::settings_of(options), figures, summary);
    if (!options.json) {
        fmt::print("    raw {:.1f} ns, ratio {:.2f}; {} allocations, {} wakes, {} sleeps\n",
                   median_of(kept.raw_ns), median_of(kept.ratios), kept.counts.allocations,
                   kept.counts.workers.mail.wakes_sent, kept.counts.workers.actors.sleeps);
        if (!kept.rings_ns.empty()) {
            fmt::print("    two rings alone {:.1f} ns\n", median_of(kept.rings_ns));
        }
    }
    return status;
}

} // namespace

int main(int argc, char** argv) {
    message_options options;
    bench::command_line line{"Messages and callbacks between workers", "bench_messages"};
    bench::add_message_flags(
        line, options, {"flow", "fan_in", "local", "wake", "spin", "broadcast", "post", "cancel"});
    if (const auto status = line.parse(argc, argv)) {
        return *status;
    }
    if (options.count == 0) {
        options.count = 10 * bench::count_of(options.name);
    }
    return measure(options);
}
