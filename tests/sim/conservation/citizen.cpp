#include "sim/conservation/citizen.hpp"

#include <stdexcept>

namespace iapp::test::conservation {

namespace {

using namespace std::chrono_literals;

} // namespace

citizen::citizen(context& cx, town& all, unsigned system, unsigned name)
    : citizen{cx, all, system, name, false, cx.self(*this)} {}

citizen::citizen(context& cx, town& all, unsigned system, unsigned name, bool hears_links,
                 const citizen_ref& me)
    : cx_{cx}, all_{all}, system_{system}, name_{name} {
    if (!all_.at_rest && all_.chance(40)) {
        throw std::runtime_error{"not to be born"};
    }
    number_ = all_.people.enter(*this, me.actor(), system_, hears_links);
    all_.known.push_back(me);
}

result<void> citizen::init() {
    if (!all_.at_rest && all_.chance(40)) {
        return std::errc::not_enough_memory;
    }
    return {};
}

citizen::~citizen() {
    if (!all_.at_rest && all_.chance(100)) {
        say(all_, number_, all_.pick(), 0); // a last word
    }
    all_.people[number_].alive = nullptr;
}

void citizen::live() {
    all_.require(all_.people[number_].alive == this, "nobody hears after his end");
    all_.asks.check_kept(number_);
}

void citizen::on(const chatter& what) {
    live();
    all_.order.arrived(what.from, number_, what.sequence);
    all_.deaths.arrived(what.from, number_);
    act(what.hops);
}

void citizen::on(due what) {
    live();
    const duration late = cx_.now() - what.at;
    all_.require(late >= duration::zero(), "a timer does not fire before its time");
    all_.require(late <= all_.latest, "a timer fires in its time");
    act(what.hops);
}

void citizen::on(leave) {
    live();
    cx_.stop();
}

void citizen::on(rest) {
    live();
    rested_ = true;
    replies_.clear();
    timers_ = {};
    cx_.grant_credits();
}

void citizen::on(const down& what) {
    live();
    all_.deaths.heard(number_, what);
    act(all_.below(2));
}

void citizen::on(const child_started& what) {
    live();
    all_.require(static_cast<bool>(what.who), "a child that has started has a name");
}

void citizen::act(std::uint32_t hops) {
    if (all_.at_rest || hops == 0) {
        return;
    }
    for (std::uint32_t i = 1 + all_.below(3); i > 0; --i) {
        act_once(all_.deeds[all_.below(all_.deeds.size())], hops - 1);
    }
}

void citizen::act_once(deed what, std::uint32_t hops) {
    switch (what) {
    case deed::say:
        return say(all_, number_, all_.pick(), hops);
    case deed::say_much: {
        const std::uint32_t to = all_.pick();
        for (std::uint32_t i = all_.below(40); i > 0; --i) {
            say(all_, number_, to, 0);
        }
        return;
    }
    case deed::spawn:
        return spawn();
    case deed::supervise:
        return supervise();
    case deed::stop_other:
        return stop_other();
    case deed::kill_other:
        return kill_other();
    case deed::stop:
        return cx_.stop();
    case deed::fail:
        throw std::runtime_error{"weary"};
    case deed::monitor:
        return monitor(all_.ref_of(all_.pick()).actor(), true);
    case deed::link:
        return link(all_.ref_of(all_.pick()).actor());
    case deed::let_go:
        return let_go();
    case deed::ask:
        return ask_now(hops);
    case deed::ask_later:
        return ask_later(hops);
    case deed::cancel_ask:
        return cancel_ask();
    case deed::settle_replies:
        return settle_replies();
    case deed::begin_task:
        return begin_task(hops);
    case deed::publish:
        return publish(hops);
    case deed::subscribe:
        return subscribe();
    case deed::set_timer:
        return set_timer(hops);
    case deed::open_line:
        return open_line();
    case deed::send_goods:
        return send_goods(hops);
    case deed::offload:
        return offload();
    }
}

void citizen::check_at_rest() {
    all_.require(!line_ || line_.outstanding() == 0, "credits come back");
    all_.require(!waits_for_funds_, "who waits for credits is told of them");
    all_.require(results_awaited_ == 0, "offloaded work has come back");
    for (unsigned i = 0; i < queues_each; ++i) {
        if (subscriptions_[i]) {
            all_.publications.note_missed(*readers_[i], cx_.worker_index());
        }
    }
}

void elder::on(const linked_down& what) {
    live();
    all_.deaths.heard(number_, what);
    act(all_.below(2));
}

void elder::on(stopping) {
    live();
    all_.require(!told_, "one that is asked to stop is asked once");
    told_ = true;
    if (all_.chance(500)) {
        cx_.stop();
    } else {
        leaving_ = cx_.after(all_.within(500ms), leave{});
    }
}

} // namespace iapp::test::conservation
