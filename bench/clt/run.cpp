#include "clt/run.hpp"

#include "clt/coordinator.hpp"
#include "harness/common_summary.hpp"
#include "harness/live.hpp"
#include "harness/running.hpp"
#include "harness/stopwatch.hpp"

#include <iapp/reactor/os/process.hpp>

#include <fmt/format.h>

namespace clt {

namespace {

using namespace std::chrono_literals;

class program {
  public:
    explicit program(const config& wanted)
        : wanted_{wanted}, totals_(wanted.common.workers),
          reports_(wanted.common.workers), watch_{wanted.common.stats, wanted.common.duration},
          live_{"clt", !wanted.common.json && iapp::os::is_terminal(1)} {}

    int run();

  private:
    void start_dialers();
    void collect();
    void show();
    std::string latency_note(const bench::histogram& latency) const;
    int finish();
    worker_totals sum_up() const;
    double all_open_seconds() const;
    void print_summary(const worker_totals& sum, const iapp::worker_statistics& system, bool ok);

    const config& wanted_;
    std::vector<worker_totals> totals_; // one for each worker, which alone writes it while it runs
    bench::open_count open_;            // of all workers
    std::unique_ptr<iapp::system> system_;
    iapp::ref_to<coordinator> coordinator_;
    std::vector<iapp::ref_to<dialer>> dialers_;
    std::vector<report::reply> reports_;
    bench::stopwatch watch_;
    bench::live_view live_;
};

int program::run() {
    int status = bench::exit_ok;
    system_ = bench::make_system(wanted_.common, "clt", wanted_.conns + 1024, status);
    if (!system_) {
        return status;
    }
    start_dialers();
    bool finishing = false;
    while (!system_->wait(finishing ? 100ms : watch_.until_next())) {
        if (watch_.report_due()) {
            collect();
            show();
        }
        if (watch_.over() && !finishing) {
            finishing = coordinator_.send(clt::finish{});
        }
    }
    return finish();
}

void program::start_dialers() {
    coordinator_ = system_->spawn<coordinator>({}, std::cref(wanted_));
    dialers everyone;
    for (unsigned i = 0; i < wanted_.common.workers; ++i) {
        dialers_.push_back(system_->spawn<dialer>(
            {.on = {i}}, std::cref(wanted_), std::ref(totals_[i]), std::ref(open_), coordinator_));
        everyone.all.emplace_back(dialers_.back());
    }
    coordinator_.send(std::move(everyone));
}

void program::collect() {
    bench::collect_reports<report>(*system_, dialers_, reports_);
}

void program::show() {
    std::vector<bench::live_row> rows;
    bench::live_row sum;
    bench::histogram latency;
    for (const report::reply& r : reports_) {
        rows.push_back({.opening = r.totals.opening,
                        .open = r.totals.open,
                        .closed = r.totals.closed,
                        .failed = r.totals.failed,
                        .bytes_in = r.totals.bytes_in,
                        .bytes_out = r.bytes_out});
        sum += rows.back();
        latency.merge(r.totals.latency);
    }
    if (!wanted_.common.json) {
        live_.show(rows, watch_.elapsed(), latency_note(latency));
        return;
    }
    bench::json_object{}
        .add("type", "stats")
        .add("seconds", watch_.seconds())
        .add("opening", sum.opening)
        .add("open", sum.open)
        .add("closed", sum.closed)
        .add("failed", sum.failed)
        .add("bytes_in", sum.bytes_in)
        .add("bytes_out", sum.bytes_out)
        .add("requests", latency.total())
        .print();
}

std::string program::latency_note(const bench::histogram& latency) const {
    if (latency.total() == 0) {
        return {};
    }
    return fmt::format("{} requests, latency in us: p50 {:.0f}, p90 {:.0f}, p99 {:.0f}, p99.9 "
                       "{:.0f}, max {:.0f}",
                       latency.total(), latency.percentile_us(0.5), latency.percentile_us(0.9),
                       latency.percentile_us(0.99), latency.percentile_us(0.999), latency.max_us());
}

int program::finish() {
    const iapp::worker_statistics system = bench::stop_or_exit(*system_, "clt");
    const worker_totals sum = sum_up();
    const bool ok = system_->exit_status() == bench::exit_ok && sum.failed == 0 && sum.reset == 0 &&
                    sum.verify_errors == 0 && bench::nothing_left(system);
    print_summary(sum, system, ok);
    return ok ? bench::exit_ok : bench::exit_failed;
}

worker_totals program::sum_up() const {
    worker_totals sum;
    for (const worker_totals& each : totals_) {
        sum.opened += each.opened;
        sum.failed += each.failed;
        sum.closed += each.closed;
        sum.reset += each.reset;
        sum.conns_without_bytes += each.conns_without_bytes;
        sum.requests += each.requests;
        sum.verify_errors += each.verify_errors;
        sum.bytes_in += each.bytes_in;
        sum.errors.add(each.errors);
        sum.latency.merge(each.latency);
    }
    return sum;
}

// From the first connect to the last success; 0 when not all of them opened.
double program::all_open_seconds() const {
    iapp::time_point first = iapp::time_point::max();
    iapp::time_point last;
    for (const worker_totals& each : totals_) {
        if (each.all_open == iapp::time_point{}) {
            return 0;
        }
        first = std::min(first, each.begun);
        last = std::max(last, each.all_open);
    }
    return std::chrono::duration<double>(last - first).count();
}

void program::print_summary(const worker_totals& sum, const iapp::worker_statistics& system,
                            bool ok) {
    const double seconds = watch_.seconds();
    const std::uint64_t bytes_out = system.io.bytes_out;
    if (!wanted_.common.json) {
        fmt::print("clt: {:.1f} s, {} opened ({} at most at one time), {} failed, {} closed, {} "
                   "reset, {} without bytes\n",
                   seconds, sum.opened, open_.peak(), sum.failed, sum.closed, sum.reset,
                   sum.conns_without_bytes);
        fmt::print("clt: {} bytes out, {} bytes in, {:.2f} s of CPU{}{}{}\n", bytes_out,
                   sum.bytes_in, iapp::os::cpu_seconds(), sum.errors.empty() ? "" : "; ",
                   sum.errors.to_text(), ok ? "" : "; FAILED");
        if (sum.latency.total() > 0) {
            fmt::print("clt: {}\n", latency_note(sum.latency));
        }
        return;
    }
    bench::json_object summary = bench::begin_summary(
        "clt", system_->engine_name(), wanted_.common.workers, seconds, ok, sum.errors);
    summary.add("opened", sum.opened)
        .add("failed", sum.failed)
        .add("closed", sum.closed)
        .add("reset", sum.reset)
        .add("open_peak", open_.peak())
        .add("all_open_seconds", all_open_seconds())
        .add("bytes_out", bytes_out)
        .add("bytes_in", sum.bytes_in)
        .add("conns_without_bytes", sum.conns_without_bytes)
        .add("requests", sum.requests)
        .add("latency_us", bench::json_object{}
                               .add("p50", sum.latency.percentile_us(0.5))
                               .add("p90", sum.latency.percentile_us(0.9))
                               .add("p99", sum.latency.percentile_us(0.99))
                               .add("p999", sum.latency.percentile_us(0.999))
                               .add("max", sum.latency.max_us()))
        .add("verify_errors", sum.verify_errors);
    bench::add_system_fields(summary, system);
    summary.print();
}

} // namespace

int run(const config& wanted) {
    return program{wanted}.run();
}

} // namespace clt
