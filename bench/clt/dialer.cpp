#include "clt/dialer.hpp"

#include "harness/pattern.hpp"

#include <iapp/reactor/buffer_pool.hpp>

#include <algorithm>

namespace clt {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t opening_max = 256; // without --rate: under way at one time
constexpr double burst_max = 256;          // with it: made up for at one time after a delay
constexpr std::uint64_t hopeless_after = 4;

} // namespace

dialer::dialer(iapp::context& cx, const config& wanted, worker_totals& totals,
               bench::open_count& open, coordinator_ref coordinator)
    : cx_{cx}, state_{wanted, totals, open, {}}, coordinator_{coordinator},
      connections_(wanted.conns), credit_{1}, credited_{cx.now()} {
    totals.begun = cx.now();
    state_.pattern = cx_.buffers().allocate(wanted.io_size + bench::pattern::period);
    IAPP_CHECK(state_.pattern, "a new worker has memory for one buffer");
    bench::pattern::fill(state_.pattern.writable(), 0);
    const iapp::duration between =
        wanted.rate > 0 ? std::chrono::nanoseconds{static_cast<std::int64_t>(1e9 / wanted.rate)}
                        : iapp::duration{1ms};
    pace_ = cx_.every(std::max<iapp::duration>(between, 1ms), tick{});
    open_due();
}

void dialer::open_due() {
    const bool paced = state_.wanted.rate > 0;
    credit_ += std::chrono::duration<double>(cx_.now() - credited_).count() * state_.wanted.rate;
    credit_ = std::min(credit_, burst_max);
    credited_ = cx_.now();
    while (!state_.finishing && (!all_begun() || !to_replace_.empty())) {
        if (paced ? credit_ < 1 : state_.totals.opening >= opening_max) {
            return;
        }
        credit_ -= paced ? 1 : 0;
        std::uint64_t number = begun_;
        if (all_begun()) {
            number = to_replace_.back();
            to_replace_.pop_back();
        } else {
            ++begun_;
        }
        open_one(number);
    }
    if (all_begun() && state_.wanted.does != mode::churn) {
        pace_.cancel(); // nothing left to open
    }
}

void dialer::open_one(std::uint64_t number) {
    ++alive_;
    const assignment given{number, destination(number), share_of_bytes(number), cx_.self(*this)};
    if (state_.wanted.does == mode::write) {
        connections_[number] = cx_.spawn<writer>(state_, given);
    } else {
        connections_[number] = cx_.spawn<requester>(state_, given);
    }
}

const iapp::address& dialer::destination(std::uint64_t number) const {
    const auto& all = state_.wanted.connect;
    return all[(number * state_.wanted.common.workers + cx_.worker_index()) % all.size()];
}

// Whole requests in echo mode, single bytes otherwise; the first connections take the remainder.
std::uint64_t dialer::share_of_bytes(std::uint64_t number) const {
    const config& wanted = state_.wanted;
    if (wanted.bytes == 0) {
        return no_limit;
    }
    const std::uint64_t unit = wanted.does == mode::write ? 1 : wanted.io_size;
    const std::uint64_t units = wanted.bytes / unit;
    const std::uint64_t index = std::uint64_t{cx_.worker_index()} * wanted.conns + number;
    const bool extra = index < units % wanted.all_conns();
    return (units / wanted.all_conns() + (extra ? 1 : 0)) * unit;
}

void dialer::on(const ended& m) {
    --alive_;
    if (state_.totals.opened == 0 && state_.totals.failed >= hopeless_after && !hopeless_told_) {
        hopeless_told_ = coordinator_.send(hopeless{destination(m.number), m.why});
    }
    if (state_.wanted.does == mode::churn && !state_.finishing) {
        to_replace_.push_back(m.number);
        if (state_.wanted.rate <= 0) {
            open_due();
        }
    }
    say_when_done();
}

void dialer::on(finish) {
    state_.finishing = true;
    pace_.cancel();
    for (const iapp::ref<finish>& each : connections_) {
        static_cast<void>(each.send(finish{})); // one that has ended is a stale name
    }
    say_when_done();
}

void dialer::say_when_done() {
    const bool no_more = state_.finishing || (all_begun() && to_replace_.empty());
    if (no_more && alive_ == 0 && !done_told_) {
        done_told_ = coordinator_.send(worker_done{});
    }
}

report::reply dialer::on(report) const {
    return {state_.totals, cx_.io().bytes_out};
}

} // namespace clt
