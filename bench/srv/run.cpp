#include "srv/run.hpp"

#include "harness/common_summary.hpp"
#include "harness/live.hpp"
#include "harness/running.hpp"
#include "harness/stopwatch.hpp"
#include "srv/server.hpp"

#include <iapp/reactor/os/process.hpp>

#include <algorithm>
#include <fmt/format.h>
#include <semaphore>

namespace srv {

namespace {

using namespace std::chrono_literals;

constexpr auto between_complaints = 1s;
// Besides the connections: listeners, engines, standard streams.
constexpr std::uint64_t other_descriptors = 16 + 8 * iapp::system::workers_max;

class program {
  public:
    explicit program(const config& wanted)
        : wanted_{wanted}, totals_(wanted.common.workers),
          reports_(wanted.common.workers), watch_{wanted.common.stats, wanted.common.duration},
          live_{"srv", !wanted.common.json && iapp::os::is_terminal(1)} {}

    int run();

  private:
    bool start_servers();
    void print_listening(const std::vector<iapp::address>& at) const;
    void warn_of_limits() const;
    void collect();
    void show();
    void complain_of_pauses();
    void drain();
    int finish();
    void print_summary(const worker_totals& sum, const iapp::worker_statistics& system, bool ok);
    std::string per_worker() const;

    const config& wanted_;
    std::vector<worker_totals> totals_; // one for each worker, which alone writes it while it runs
    bench::open_count open_;            // of all workers
    std::unique_ptr<iapp::system> system_;
    std::vector<iapp::ref_to<server>> servers_;
    std::vector<report::reply> reports_;
    std::uint64_t pauses_told_ = 0;
    std::chrono::nanoseconds complain_from_ = between_complaints;
    bench::stopwatch watch_;
    bench::live_view live_;
};

int program::run() {
    warn_of_limits();
    int status = bench::exit_ok;
    // Every worker may get more than its share, so each table has room for all.
    system_ = bench::make_system(wanted_.common, "srv", wanted_.max_conns + 1024, status);
    if (!system_) {
        return status;
    }
    if (!start_servers()) {
        return bench::exit_failed;
    }
    while (!watch_.over() && !system_->wait(watch_.until_next())) {
        if (watch_.report_due()) {
            collect();
            show();
        }
        complain_of_pauses();
    }
    drain();
    return finish();
}

// The clients are expected to go; those that connect in the meantime are still served.
void program::drain() {
    const auto is_open = [](const report::reply& r) { return r.totals.open > 0; };
    const std::chrono::nanoseconds end = watch_.elapsed() + wanted_.drain;
    std::binary_semaphore pause{0}; // nobody releases it
    for (bool open = true; open && watch_.elapsed() < end;) {
        collect();
        open = std::any_of(reports_.begin(), reports_.end(), is_open);
        static_cast<void>(open && pause.try_acquire_for(20ms));
    }
}

void program::warn_of_limits() const {
    const iapp::os::descriptor_limit limit = iapp::os::raise_descriptor_limit();
    if (limit.now < wanted_.max_conns + other_descriptors) {
        fmt::print(stderr,
                   "srv: {} open files are allowed, fewer than --max-conns {} needs; beyond that "
                   "connections wait (ulimit -Hn)\n",
                   limit.now, wanted_.max_conns);
    }
    const iapp::os::kernel_setting queue = iapp::os::accept_queue_max();
    const auto backlog = static_cast<std::uint64_t>(iapp::listen_options{}.backlog);
    if (queue.value && *queue.value < backlog) {
        fmt::print(stderr, "srv: a backlog of {} is cut to {} by {}\n", backlog, *queue.value,
                   queue.name);
    }
}

bool program::start_servers() {
    const lot_sizes sizes{wanted_.max_conns, wanted_.common.workers};
    const auto keep = system_->spawn<keeper>({}, sizes);
    std::vector<iapp::address> at = wanted_.listen;
    for (unsigned i = 0; i < wanted_.common.workers; ++i) {
        servers_.push_back(system_->spawn<server>({.on = {i}}, std::cref(wanted_),
                                                  std::ref(totals_[i]), std::ref(open_), keep, at));
        const iapp::result<listening> made =
            system_->ask(servers_.back(), bench::report_deadline, where{});
        if (!made || !made->error.empty()) {
            fmt::print(stderr, "srv: {}\n", made ? made->error : made.error().message());
            return false;
        }
        if (i == 0) {
            at = made->at;
        }
    }
    print_listening(at);
    return true;
}

void program::print_listening(const std::vector<iapp::address>& at) const {
    for (const iapp::address& one : at) {
        if (wanted_.common.json) {
            bench::json_object{}
                .add("type", "listening")
                .add("address", one.to_string())
                .add("engine", system_->engine_name())
                .print();
        } else {
            fmt::print("srv: {} workers listen at {} ({})\n", wanted_.common.workers,
                       one.to_string(), system_->engine_name());
        }
    }
    std::fflush(stdout);
}

void program::collect() {
    bench::collect_reports<report>(*system_, servers_, reports_);
}

void program::show() {
    std::vector<bench::live_row> rows;
    for (const report::reply& r : reports_) {
        rows.push_back({.open = r.totals.open,
                        .closed = r.totals.closed,
                        .failed = r.totals.reset + r.totals.refused,
                        .bytes_in = r.totals.bytes_in,
                        .bytes_out = r.bytes_out});
    }
    if (!wanted_.common.json) {
        live_.show(rows, watch_.elapsed(), {});
        return;
    }
    bench::live_row sum;
    for (const bench::live_row& row : rows) {
        sum += row;
    }
    bench::json_object{}
        .add("type", "stats")
        .add("seconds", watch_.seconds())
        .add("open", sum.open)
        .add("closed", sum.closed)
        .add("failed", sum.failed)
        .add("bytes_in", sum.bytes_in)
        .add("bytes_out", sum.bytes_out)
        .print();
}

void program::complain_of_pauses() {
    if (watch_.elapsed() < complain_from_) {
        return;
    }
    complain_from_ = watch_.elapsed() + between_complaints;
    collect();
    std::uint64_t pauses = 0;
    std::error_code why;
    for (const report::reply& r : reports_) {
        pauses += r.accept_pauses;
        why = r.accept_pause_why ? r.accept_pause_why : why;
    }
    if (pauses > pauses_told_) {
        pauses_told_ = pauses;
        fmt::print(stderr, "srv: accepting has paused {} times: {}\n", pauses, why.message());
    }
}

int program::finish() {
    const iapp::worker_statistics system = bench::stop_or_exit(*system_, "srv");
    worker_totals sum;
    for (const worker_totals& each : totals_) {
        sum.accepted += each.accepted;
        sum.closed += each.closed;
        sum.reset += each.reset;
        sum.refused += each.refused;
        sum.conns_without_bytes += each.conns_without_bytes;
        sum.verify_errors += each.verify_errors;
        sum.bytes_in += each.bytes_in;
        sum.errors.add(each.errors);
    }
    const bool ok = system_->exit_status() == bench::exit_ok && sum.verify_errors == 0 &&
                    bench::nothing_left(system);
    print_summary(sum, system, ok);
    return ok ? bench::exit_ok : bench::exit_failed;
}

void program::print_summary(const worker_totals& sum, const iapp::worker_statistics& system,
                            bool ok) {
    const double seconds = watch_.seconds();
    if (!wanted_.common.json) {
        fmt::print("srv: {:.1f} s, {} accepted, {} closed, {} reset, {} refused, {} at most at one "
                   "time, {} without bytes\n",
                   seconds, sum.accepted, sum.closed, sum.reset, sum.refused, open_.peak(),
                   sum.conns_without_bytes);
        fmt::print("srv: {} bytes in, {} bytes out, {:.2f} s of CPU{}{}{}\n", sum.bytes_in,
                   system.io.bytes_out, iapp::os::cpu_seconds(), sum.errors.empty() ? "" : "; ",
                   sum.errors.to_text(), ok ? "" : "; FAILED");
        return;
    }
    bench::json_object summary = bench::begin_summary(
        "srv", system_->engine_name(), wanted_.common.workers, seconds, ok, sum.errors);
    summary.add("accepted", sum.accepted)
        .add("closed", sum.closed)
        .add("reset", sum.reset)
        .add("refused", sum.refused)
        .add("open_peak", open_.peak())
        .add("bytes_in", sum.bytes_in)
        .add("bytes_out", system.io.bytes_out)
        .add("conns_without_bytes", sum.conns_without_bytes)
        .add("accept_pauses", system.io.accept_pauses)
        .add("verify_errors", sum.verify_errors);
    bench::add_system_fields(summary, system);
    summary.add_raw("per_worker", per_worker());
    summary.print();
}

std::string program::per_worker() const {
    std::string rows;
    for (const worker_totals& each : totals_) {
        rows += rows.empty() ? "" : ",";
        rows += bench::json_object{}
                    .add("accepted", each.accepted)
                    .add("open_peak", each.open_peak)
                    .add("bytes_in", each.bytes_in)
                    .text();
    }
    return "[" + rows + "]";
}

} // namespace

int run(const config& wanted) {
    return program{wanted}.run();
}

} // namespace srv
