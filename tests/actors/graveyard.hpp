#pragma once
// Actors of which a ledger knows everything: who lives, why who ended, who asked to hear of it, and
// what he heard.

#include "support/stepped_workers.hpp"

#include <iapp/actors/supervisor.hpp>

#include <functional>
#include <map>
#include <stdexcept>

namespace iapp::test {

class graveyard;

// What an actor is to do: run by itself, in its turn.
struct deed {
    std::function<void(class soul&)> what;
};

using soul_ref = ref<deed>;

// All that is known of one actor. Kept when it has ended.
struct soul_record {
    actor_id id;
    soul_ref to;
    class soul* alive = nullptr;
    exit_reason why = exit_reason::stopped; // once it is not alive
    bool traps = false;
};

struct monitor_record {
    std::size_t holder;
    actor_id whom; // one that never lived is in no ledger
    monitor_id id;
    bool ended_before; // when the monitor was asked for
    bool cancelled = false;
    int heard = 0;
};

struct link_record {
    std::size_t holder;
    std::size_t with;
    link_id id;
    bool cancelled = false;
};

// Its own kind, in the tests' hands. The number is its place in the ledger.
class soul {
  public:
    using accepts = messages<deed, down, child_started>;

    soul(context& cx_, graveyard& all_);
    soul(soul&&) = delete;
    ~soul();

    void on(deed what) { what.what(*this); }

    void on(down what);

    void on(const child_started&) {}

    context& cx;
    graveyard& all;
    std::size_t number;

  protected:
    soul(context& cx_, graveyard& all_, bool traps, const soul_ref& to);
};

// One that hears of the ends of those that it is linked with.
class saint final : public soul {
  public:
    using accepts = messages<deed, down, child_started, linked_down>;
    using soul::on;

    saint(context& cx_, graveyard& all_) : soul{cx_, all_, true, cx_.self(*this)} {}

    void on(linked_down what);
};

class graveyard {
  public:
    // Notes how the actor ends; lives in the ledger, not in the worker's memory.
    struct epitaph final : attachment {
        epitaph(graveyard& in_, std::size_t number_)
            : attachment{&written}, in{in_}, number{number_} {}

        static void written(attachment& self, exit_reason why) noexcept {
            auto& mine = static_cast<epitaph&>(self);
            mine.in.souls[mine.number].why = why;
        }

        graveyard& in;
        std::size_t number;
    };

    std::vector<soul_record> souls;
    std::vector<std::unique_ptr<epitaph>> epitaphs;
    std::vector<monitor_record> monitors;
    std::vector<link_record> links;
    std::map<std::pair<std::size_t, std::size_t>, int> linked_downs; // (who heard, of whom)
    std::vector<ref<which_child>> supervisors;
    int births_to_fail = 0;

    std::size_t number_of(actor_id who) const {
        for (std::size_t i = souls.size(); i-- > 0;) {
            if (souls[i].id == who) {
                return i;
            }
        }
        return souls.size(); // a supervisor
    }

    std::size_t alive() const {
        return static_cast<std::size_t>(std::count_if(
            souls.begin(), souls.end(), [](const soul_record& s) { return s.alive != nullptr; }));
    }

    bool ended_badly(std::size_t number) const {
        const soul_record& of = souls[number];
        return of.alive == nullptr && !in_order(of.why);
    }
};

inline soul::soul(context& cx_, graveyard& all_) : soul{cx_, all_, false, cx_.self(*this)} {}

inline soul::soul(context& cx_, graveyard& all_, bool traps, const soul_ref& to)
    : cx{cx_}, all{all_}, number{all_.souls.size()} {
    all.souls.push_back({.id = to.actor(), .to = to, .alive = this, .traps = traps});
    all.epitaphs.push_back(std::make_unique<graveyard::epitaph>(all, number));
    to.home()->find(to.id())->attached.push_back(*all.epitaphs.back());
    if (all.births_to_fail > 0) {
        --all.births_to_fail;
        all.souls[number].alive = nullptr;
        throw std::runtime_error{"as the test wants it"};
    }
}

inline soul::~soul() {
    all.souls[number].alive = nullptr;
}

inline void soul::on(down what) {
    const auto found =
        std::find_if(all.monitors.begin(), all.monitors.end(), [&](const monitor_record& each) {
            return each.holder == number && each.id == what.by;
        });
    REQUIRE(found != all.monitors.end());
    CHECK_FALSE(found->cancelled);
    CHECK(++found->heard == 1);
    CHECK(what.who == found->whom);
    const std::size_t whom = all.number_of(found->whom);
    if (whom == all.souls.size()) {
        CHECK_FALSE(in_order(what.why));
        return;
    }
    const soul_record& gone = all.souls[whom];
    CHECK(gone.alive == nullptr);
    if (found->ended_before) {
        CHECK((what.why == exit_reason::gone || what.why == exit_reason::failed)); // stillborn
    } else {
        CHECK((what.why == gone.why || what.why == exit_reason::gone));
    }
}

inline void saint::on(linked_down what) {
    CHECK_FALSE(in_order(what.why));
    const std::size_t of = all.number_of(what.who);
    REQUIRE(of < all.souls.size());
    CHECK(all.souls[of].alive == nullptr);
    ++all.linked_downs[{number, of}];
}

} // namespace iapp::test
