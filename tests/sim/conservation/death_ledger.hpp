#pragma once
// Who has monitored or linked somebody hears of that one's end once, and not again from him.

#include "sim/conservation/census.hpp"

#include <set>
#include <utility>
#include <vector>

namespace iapp::test::conservation {

class death_ledger {
  public:
    // To fail with; before everything else.
    void use(sim_world& world, census& all) noexcept {
        world_ = &world;
        all_ = &all;
    }

    void monitored(std::uint32_t holder, const actor_id& whom, monitor_id id) {
        monitors_.push_back({holder, whom, id});
    }

    void linked(std::uint32_t holder, const actor_id& with, link_id id) {
        links_.push_back({holder, with, id});
    }

    // Whether these two are linked already; then what they hear could not be told apart.
    bool are_linked(std::uint32_t one, std::uint32_t other) const {
        for (const link& each : links_) {
            const std::uint32_t with = all_->number_of(each.with);
            if ((each.holder == one && with == other) || (each.holder == other && with == one)) {
                return true;
            }
        }
        return false;
    }

    // The latest bonds of that actor, to be let go: empty ones if there are none.
    monitor_id cancel_monitor(std::uint32_t holder) { return cancel_latest(monitors_, holder); }

    link_id cancel_link(std::uint32_t holder) { return cancel_latest(links_, holder); }

    void heard(std::uint32_t holder, const down& what) {
        for (monitor& each : monitors_) {
            if (each.holder == holder && each.id == what.by) {
                world_->require(!each.cancelled, "a monitor that was let go says nothing");
                world_->require(++each.heard == 1, "a monitor says once that somebody has ended");
                world_->require(each.whom == what.who, "a monitor names whom it watches");
                gone(what.who, what.why);
                silent_.insert({all_->number_of(what.who), holder});
                return;
            }
        }
        world_->fail("somebody hears of a death that he did not ask for");
    }

    void heard(std::uint32_t listener, const linked_down& what) {
        world_->require(!in_order(what.why), "a link says nothing of an end in order");
        const std::uint32_t who = all_->number_of(what.who);
        for (link& each : links_) {
            const bool holds = each.holder == listener && each.with == what.who;
            const bool held = each.holder == who && (*all_)[listener].id == each.with;
            if (holds || held) {
                world_->require(!each.cancelled, "a link that was let go says nothing");
                world_->require(++each.heard == 1, "a link says once that somebody has ended");
                gone(what.who, what.why);
                return;
            }
        }
        world_->fail("somebody hears by a link that there is not");
    }

    // A message has arrived from an actor.
    void arrived(std::uint32_t from, std::uint32_t to) const {
        world_->require(from == 0 || !silent_.contains({from, to}),
                        "nothing comes after the news of a death");
    }

    // When all news has arrived.
    void check_told() const {
        for (const monitor& each : monitors_) {
            if (lives(each.holder) && !each.cancelled) {
                const bool watched_lives = lives(all_->number_of(each.whom));
                world_->require(!watched_lives || each.heard == 0,
                                "nobody is told that a living one has ended");
                world_->require(watched_lives || each.heard == 1 || each.no_citizen,
                                "who monitors one that has ended has heard of it");
            }
        }
        for (const link& each : links_) {
            const std::uint32_t with = all_->number_of(each.with);
            if (!each.cancelled) {
                check_link(each, each.holder, with);
                check_link(each, with, each.holder);
            }
        }
    }

    // Whom the census does not know: whether it lives is not known either.
    void monitored_other(std::uint32_t holder, const actor_id& whom, monitor_id id) {
        monitors_.push_back({holder, whom, id});
        monitors_.back().no_citizen = true;
    }

  private:
    struct monitor {
        std::uint32_t holder;
        actor_id whom;
        monitor_id id;
        bool cancelled = false;
        bool no_citizen = false;
        int heard = 0;
    };

    struct link {
        std::uint32_t holder;
        actor_id with;
        link_id id;
        bool cancelled = false;
        int heard = 0;
    };

    template <class Bond>
    static auto cancel_latest(std::vector<Bond>& of, std::uint32_t holder) -> decltype(Bond::id) {
        for (std::size_t i = of.size(); i-- > 0;) {
            if (of[i].holder == holder && !of[i].cancelled) {
                of[i].cancelled = true;
                return of[i].id;
            }
        }
        return {};
    }

    bool lives(std::uint32_t number) const {
        return number != 0 && (*all_)[number].alive != nullptr;
    }

    void gone(const actor_id& who, exit_reason why) const {
        const std::uint32_t number = all_->number_of(who);
        if (number != 0) {
            const life& of = (*all_)[number];
            world_->require(of.alive == nullptr, "who is said to have ended has been destroyed");
            world_->require(why == of.why || why == exit_reason::gone,
                            "the reason of an end is the one that is told");
        }
    }

    // Who lives has heard of the bad end of the other, or would have ended by it.
    void check_link(const link& each, std::uint32_t one, std::uint32_t other) const {
        if (!lives(one) || lives(other)) {
            return;
        }
        const bool badly = other == 0 || !in_order((*all_)[other].why);
        if (badly) {
            world_->require((*all_)[one].hears_links, "who is linked ends with the other");
            world_->require(each.heard == 1, "who is linked hears of the other's bad end");
        }
    }

    sim_world* world_ = nullptr;
    census* all_ = nullptr;
    std::vector<monitor> monitors_;
    std::vector<link> links_;
    std::set<std::pair<std::uint32_t, std::uint32_t>> silent_; // (from, to)
};

} // namespace iapp::test::conservation
