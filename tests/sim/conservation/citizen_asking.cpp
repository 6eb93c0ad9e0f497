// How citizens ask each other, by callbacks and by tasks, and how they answer.

#include "sim/conservation/citizen.hpp"

#include <stdexcept>

namespace iapp::test::conservation {

namespace {

using namespace std::chrono_literals;

// Counts a frame of a task for as long as it exists.
class frame_count {
  public:
    explicit frame_count(town& all) noexcept : all_{all} { ++all_.frames; }

    ~frame_count() { --all_.frames; }

    frame_count(const frame_count&) = delete;
    frame_count& operator=(const frame_count&) = delete;

  private:
    town& all_;
};

} // namespace

template <class M>
void citizen::ask(std::uint32_t hops) {
    const duration deadline = all_.within(all_.chance(500) ? 1ms : 2s);
    const std::uint32_t number = all_.asks.begin(number_, deadline, false);
    const ask_handle made = cx_.ask<M>(
        all_.ref_of(all_.pick()), deadline,
        [this, hops, waiter = all_.asks.wait_for(number)](const result<std::uint32_t>& r) mutable {
            waiter.hears(r);
            live();
            act(r ? hops : 0);
        },
        number, hops);
    all_.require(made.open(), "an ask is open when it has been made");
    questions_.push_back({made, number});
}

void citizen::ask_now(std::uint32_t hops) {
    ask<question>(hops);
}

void citizen::ask_later(std::uint32_t hops) {
    ask<riddle>(hops);
}

void citizen::cancel_ask() {
    if (questions_.empty()) {
        return;
    }
    open_question& which = questions_[all_.below(questions_.size())];
    if (which.handle.cancel()) {
        all_.asks.cancelled(which.number);
    }
}

std::uint32_t citizen::on(question what) {
    live();
    all_.asks.arrived(what.number);
    act(what.hops); // which may throw
    all_.asks.answered(what.number);
    return what.number;
}

void citizen::on(riddle what, replier<std::uint32_t> to) {
    live();
    all_.asks.arrived(what.number);
    switch (all_.at_rest ? 0 : all_.below(5)) {
    case 0:
    case 1:
        settle(std::move(to), what.number);
        break;
    case 2:
        all_.asks.forwarded(what.number);
        cx_.forward(all_.ref_of(all_.pick()), riddle{what.number, 0, what.words}, std::move(to));
        break;
    case 3:
        replies_.emplace_back(std::move(to), what.number);
        break;
    default:
        break; // dropped
    }
    act(what.hops);
}

void citizen::settle(replier<std::uint32_t> to, std::uint32_t number) {
    if (all_.chance(800)) {
        all_.asks.answered(number);
        to.answer(number);
    } else {
        all_.asks.refused(number);
        to.fail(unwilling());
    }
}

void citizen::settle_replies() {
    for (auto& [to, number] : std::exchange(replies_, {})) {
        if (all_.chance(700)) {
            settle(std::move(to), number);
        } // else dropped
    }
}

void citizen::begin_task(std::uint32_t hops) {
    cx_.run(&citizen::script, this, hops + 1);
}

task<> citizen::script(std::uint32_t steps) {
    const frame_count counted{all_};
    for (; steps > 0 && !all_.at_rest; --steps) {
        co_await step();
        live();
        act(steps - 1);
    }
}

task<> citizen::step() {
    const frame_count counted{all_};
    switch (all_.below(6)) {
    case 0:
        co_await cx_.sleep(all_.within(1s));
        break;
    case 1:
        co_await inquire(false);
        break;
    case 2:
        co_await all(inquire(false), doze(), inquire(false));
        break;
    case 3:
        co_await any(inquire(true), doze());
        break;
    case 4: {
        const result<void> in_time = co_await with_deadline(all_.within(1s), contest()).as_result();
        all_.require(in_time || in_time.error() == std::errc::timed_out,
                     "a task with a deadline ends, or its time is over");
        break;
    }
    default:
        co_await contest();
        break;
    }
}

task<> citizen::contest() {
    const frame_count counted{all_};
    co_await any(inquire(true), inquire(true), doze());
}

task<> citizen::doze() {
    const frame_count counted{all_};
    const duration time = all_.within(500ms);
    const time_point until = cx_.now() + time;
    co_await cx_.sleep(time);
    all_.require(cx_.now() >= until, "nobody wakes before the time");
}

// `may_drop`: somebody may end this task before the answer.
task<> citizen::inquire(bool may_drop) {
    const frame_count counted{all_};
    const duration deadline = all_.within(all_.chance(500) ? 1ms : 2s);
    const std::uint32_t number = all_.asks.begin(number_, deadline, may_drop);
    ask_ledger::waiter waiter = all_.asks.wait_for(number);
    const citizen_ref to = all_.ref_of(all_.pick());
    if (all_.chance(500)) {
        const result<std::uint32_t> answer =
            co_await cx_.ask<question>(to, deadline, number, 0U).as_result();
        waiter.hears(answer);
    } else {
        const result<std::uint32_t> answer =
            co_await cx_.ask<riddle>(to, deadline, number, 0U).as_result();
        waiter.hears(answer);
    }
}

} // namespace iapp::test::conservation
