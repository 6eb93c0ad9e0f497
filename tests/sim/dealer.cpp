#include "sim/dealer.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace iapp::test {

using namespace std::chrono_literals;

std::uint32_t market::pick() const {
    return static_cast<std::uint32_t>(world->random().below(known.size()));
}

spawn_options market::random_place() const {
    sim_random& random = world->random();
    spawn_options where{.on = worker{static_cast<unsigned>(random.below(workers))}};
    if (random.chance(400'000)) {
        where.mailbox.limit = 1 + random.below(random.chance(500'000) ? 3 : 20);
        where.mailbox.when_full = static_cast<overflow>(random.below(3));
    }
    return where;
}

const char* market::unsettled() const {
    for (const dealer* each : dealers) {
        const char* const claim = each == nullptr ? nullptr : each->unsettled();
        if (claim != nullptr) {
            return claim;
        }
    }
    return asks.over() ? nullptr : "every ask ends, long before its deadline if it must";
}

dealer::dealer(context& cx, market& all)
    : cx_{cx}, all_{all}, number_{static_cast<std::uint32_t>(all.dealers.size())} {
    if (chance(30)) {
        throw std::runtime_error("no licence");
    }
    all_.dealers.push_back(this);
    all_.known.push_back(cx.self(*this));
    wait();
}

dealer::~dealer() {
    all_.dealers[number_] = nullptr;
}

bool dealer::chance(std::uint32_t per_thousand) const {
    return all_.world->random().chance(per_thousand * 1'000);
}

void dealer::on(question what, replier<std::uint32_t> to) {
    all_.asks.arrived(what.number);
    if (chance(300) && !all_.closing) {
        kept_.push_back({what, std::move(to)});
    } else if (chance(100)) {
        all_.asks.refused(what.number);
        to.fail(unwilling());
    } else if (chance(200)) {
        all_.asks.forwarded(what.number);
        cx_.forward(all_.known[all_.pick()], what, std::move(to));
    } else if (chance(800)) {
        answer(what, std::move(to));
    } // else nobody answers, and the asker hears that
    if (chance(10)) {
        throw std::runtime_error("too many questions");
    }
}

void dealer::answer(question what, replier<std::uint32_t> to) {
    all_.asks.answered(what.number);
    to.answer(what.number);
}

void dealer::on(errand what) {
    all_.order.arrived(what.from, number_, what.sequence);
    if (chance(200) && !all_.closing) {
        cx_.withhold_credits();
    } else if (chance(200)) {
        cx_.grant_credits();
    }
}

void dealer::on(rumour) {
    if (chance(10)) {
        throw std::runtime_error("a panic");
    }
}

void dealer::on(const news& what) {
    all_.world->require(static_cast<bool>(subscription_), "only who has subscribed gets news");
    std::uint64_t& latest = latest_[what.from];
    all_.world->require(what.number > latest, "one publisher's news come in order, and once");
    latest = what.number;
    heard_ += what.number > published_before_ ? 1 : 0;
}

void dealer::on(const down& what) {
    const auto found = std::find_if(watched_.begin(), watched_.end(),
                                    [&](const watched& each) { return each.by == what.by; });
    all_.world->require(found != watched_.end(), "one hears once of an end, and by a monitor");
    all_.world->require(all_.dealers[found->whom] == nullptr, "who is said to be gone is gone");
    watched_.erase(found);
}

void dealer::on(tick) {
    if (all_.closing) {
        settle();
        wait();
        return;
    }
    for (std::uint64_t i = 1 + all_.world->random().below(4); i > 0; --i) {
        deal();
    }
    wait();
}

void dealer::deal() {
    switch (all_.world->random().below(7)) {
    case 0:
        ask();
        break;
    case 1:
        watch();
        break;
    case 2:
        run_errands();
        break;
    case 3:
        change_subscription();
        break;
    case 4:
        if (all_.bulletin.publish({number_, all_.published + 1})) {
            ++all_.published;
        }
        break;
    case 5:
        spread_rumours();
        break;
    default:
        come_and_go();
    }
}

void dealer::ask() {
    if (chance(200) && latest_ask_.cancel()) {
        all_.asks.cancelled(latest_number_);
    }
    sim_random& random = all_.world->random();
    const duration least =
        chance(500) ? 1h : duration{static_cast<duration::rep>(random.below(200'000'000))};
    for (std::uint64_t i = chance(100) ? 50 : 1 + random.below(3); i > 0; --i) {
        const duration deadline =
            least + duration{static_cast<duration::rep>(random.below(3'000'000))};
        const std::uint32_t number = all_.asks.begin(number_, deadline, true);
        latest_ask_ = cx_.ask<question>(all_.known[all_.pick()], deadline,
                                        all_.asks.wait_for(number), number);
        latest_number_ = number;
    }
}

void dealer::watch() {
    if (chance(300) && !watched_.empty()) {
        cx_.unmonitor(watched_.back().by);
        watched_.pop_back();
        return;
    }
    const std::uint32_t whom = all_.pick();
    if (const result<monitor_id> by = cx_.monitor(all_.known[whom])) {
        watched_.push_back({*by, whom});
    }
}

void dealer::run_errands() {
    if (!line_ || chance(50)) {
        receiver_ = all_.pick();
        line_ = cx_.credit(all_.known[receiver_],
                           1 + static_cast<std::uint32_t>(all_.world->random().below(8)));
    }
    while (line_.available() > 0 && chance(900)) {
        line_.try_send(errand{number_, all_.order.next(number_, receiver_)});
    }
}

void dealer::change_subscription() {
    if (subscription_) {
        subscription_.cancel();
    } else {
        latest_.clear();
        heard_ = 0;
        published_before_ = all_.published;
        subscription_ = cx_.subscribe(*this, all_.bulletin);
    }
}

// Maybe more than a limited mailbox takes.
void dealer::spread_rumours() {
    const dealer_ref& whom = all_.known[all_.pick()];
    for (std::uint64_t i = 1 + all_.world->random().below(20); i > 0; --i) {
        whom.send(rumour{});
    }
}

void dealer::come_and_go() {
    if (all_.wanted > 0 && chance(500)) {
        --all_.wanted;
        cx_.spawn<dealer>(all_.random_place(), std::ref(all_));
    } else if (chance(50)) {
        cx_.stop();
    } else if (chance(50)) {
        cx_.stop(all_.known[all_.pick()]);
    } else if (chance(30)) {
        cx_.kill(all_.known[all_.pick()]);
    } else if (chance(30)) {
        throw std::runtime_error("bankrupt");
    }
}

// What others wait for.
void dealer::settle() {
    for (kept_question& each : std::exchange(kept_, {})) {
        answer(each.what, std::move(each.to));
    }
    cx_.grant_credits();
    if (all_.leaving) {
        subscription_.cancel();
    }
}

void dealer::wait() {
    next_ = cx_.after(duration{static_cast<duration::rep>(all_.world->random().below(60'000'000))},
                      tick{});
}

const char* dealer::unsettled() const {
    const bool hears_all = std::all_of(watched_.begin(), watched_.end(), [&](const watched& each) {
        return all_.dealers[each.whom] != nullptr;
    });
    if (!hears_all) {
        return "one hears of each end that one watches";
    }
    if (line_.outstanding() > 0) {
        return "every credit comes back";
    }
    if (all_.leaving) {
        return subscription_ ? "all have left the queue" : nullptr;
    }
    const bool misses = all_.misses_none && heard_ != all_.published - published_before_;
    return subscription_ && misses ? "who has subscribed gets all that is published" : nullptr;
}

} // namespace iapp::test
