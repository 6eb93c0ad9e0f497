// Publications, credits and timers of citizens.

#include "sim/conservation/citizen.hpp"
#include "sim/conservation/district.hpp"

#include <utility>

namespace iapp::test::conservation {

namespace {

using namespace std::chrono_literals;

} // namespace

event_queue<headline> citizen::headlines(unsigned queue) {
    const event_queue<headline>& held = home().headlines[queue / 2];
    if (titles[queue].empty()) {
        return held;
    }
    const auto found = cx_.queue<headline>(titles[queue], home().options[queue]);
    all_.require(found && *found == held, "a queue has the name that it was given");
    return *found;
}

event_queue<article> citizen::articles(unsigned queue) {
    const event_queue<article>& held = home().articles[queue / 2];
    if (titles[queue].empty()) {
        return held;
    }
    const auto found = cx_.queue<article>(titles[queue], home().options[queue]);
    all_.require(found && *found == held, "a queue has the name that it was given");
    return *found;
}

// Sometimes into a queue of another system.
void citizen::publish(std::uint32_t hops) {
    const unsigned to = all_.chance(800) ? system_ : all_.below(all_.districts.size());
    publish_in(all_, to, number_, hops / 2, to != system_);
}

void citizen::subscribe() {
    const unsigned queue = all_.below(queues_each);
    if (subscriptions_[queue]) {
        subscriptions_[queue].cancel();
        readers_[queue].reset();
        return;
    }
    readers_[queue] = all_.publications.subscribed(home().numbers[queue]);
    subscriptions_[queue] = queue % 2 == 0 ? cx_.subscribe(*this, headlines(queue))
                                           : cx_.subscribe(*this, articles(queue));
}

void citizen::on(const headline& what) {
    hear(what);
    act(what.hops);
}

void citizen::on(const article& what) {
    hear(what.head);
    all_.require(what.pages.size() == what.head.number % 7, "an article is whole");
    act(what.head.hops);
}

void citizen::hear(const headline& what) {
    live();
    for (std::optional<reader>& each : readers_) {
        if (each && each->queue() == what.queue) {
            return all_.publications.heard(*each, what);
        }
    }
    all_.world->fail("somebody hears of a queue to which he has not subscribed");
}

void citizen::set_timer(std::uint32_t hops) {
    timer& which = timers_[all_.below(timers_.size())]; // maybe over one that runs
    const duration delay = all_.within(1s);
    if (all_.chance(800)) {
        which = cx_.after(delay, due{cx_.now() + delay, hops});
    } else {
        which = {};
    }
}

void citizen::open_line() {
    waits_for_funds_ = false;
    ++lines_;
    const std::uint32_t credits = 1 + all_.below(4);
    line_ = cx_.credit(ref<goods>{all_.ref_of(all_.pick())}, credits);
}

void citizen::send_goods(std::uint32_t hops) {
    if (!line_) {
        return;
    }
    for (std::uint32_t i = all_.below(6); i > 0; --i) {
        const bool has_credit = line_.available() > 0;
        all_.require(line_.try_send(goods{hops}) == has_credit, "who has a credit may send");
    }
    if (!waits_for_funds_ && all_.chance(500)) {
        waits_for_funds_ = true;
        line_.when_available(cx_, funds{lines_});
    }
}

void citizen::on(goods what) {
    live();
    if (!all_.at_rest && all_.chance(300)) {
        cx_.withhold_credits();
    } else if (all_.at_rest || all_.chance(500)) {
        cx_.grant_credits();
    }
    act(what.hops);
}

void citizen::on(funds what) {
    live();
    if (what.line == lines_) { // else of one before
        all_.require(waits_for_funds_, "who waits for credits is told once");
        waits_for_funds_ = false;
        line_.try_send(goods{});
    }
}

void citizen::offload() {
    const result<void> taken =
        cx_.offload([number = number_] { return number + 1; },
                    [this, open = true](result<std::uint32_t> r) mutable {
                        live();
                        --results_awaited_;
                        all_.require(std::exchange(open, false), "offloaded work comes back once");
                        all_.require(r && *r == number_ + 1, "and with its result");
                    });
    results_awaited_ += taken ? 1 : 0;
    const std::error_code full = actor_error::refused;
    const std::error_code nobody = make_error_code(std::errc::not_supported);
    all_.require(taken ? all_.offloads : taken.error() == (all_.offloads ? full : nobody),
                 "offloaded work is refused for a reason");
}

} // namespace iapp::test::conservation
