#include <iapp/actors/actor_names.hpp>

#include <iapp/actors/actor_error.hpp>
#include <iapp/actors/worker.hpp>

#include <algorithm>

namespace iapp {

namespace {

constexpr unsigned decider = 0; // the index of the worker that decides

} // namespace

// To the decider: an actor goes by that name on its worker.
struct actor_names::claimed {
    static void run(void* worker, std::uint64_t, void* payload, fate what) {
        if (what == fate::deliver) {
            static_cast<worker_loop*>(worker)->names().decide(*static_cast<claimed*>(payload));
        }
    }

    std::string name;
    entry is;
    std::shared_ptr<name_verdict> verdict;
};

// To the decider: its holder has ended.
struct actor_names::released {
    static void run(void* worker, std::uint64_t, void* payload, fate what) {
        const auto& self = *static_cast<released*>(payload);
        if (what == fate::deliver) {
            static_cast<worker_loop*>(worker)->names().release(self.name, self.who);
        }
    }

    std::string name;
    actor_id who;
};

// From the decider: an actor goes by that name, or, without a type, does so no more.
struct actor_names::news {
    static void run(void* worker, std::uint64_t, void* payload, fate) {
        auto& self = *static_cast<news*>(payload);
        actor_names& names = static_cast<worker_loop*>(worker)->names();
        if (self.is.type == nullptr) {
            names.forget(self.name, self.is.who);
        } else {
            names.known_.insert_or_assign(self.name, self.is);
        }
    }

    std::string name;
    entry is;
    std::shared_ptr<name_verdict> verdict;
};

// From the decider to the worker of an actor: another one was first.
struct actor_names::refused {
    static void run(void* worker, std::uint64_t, void* payload, fate what) {
        const auto& self = *static_cast<refused*>(payload);
        if (what == fate::deliver) {
            static_cast<worker_loop*>(worker)->names().refuse(self.name, self.who);
        }
    }

    std::string name;
    actor_id who;
    std::shared_ptr<name_verdict> verdict;
};

// What an actor has of its name: gives it back at the end.
struct actor_names::tag final : attachment {
    tag(cell& owner_, std::string name_)
        : attachment{&ended}, owner{owner_}, name{std::move(name_)} {}

    static void ended(attachment& self, exit_reason why) noexcept {
        auto& mine = static_cast<tag&>(self);
        worker_loop& home = mine.owner.home;
        const actor_id who{home.handle(), mine.owner.id};
        home.names().forget(mine.name, who);
        if (why != exit_reason::worker_stopping) {
            home.names().tell(decider, released{mine.name, who});
        }
        home.memory().destroy(&mine);
    }

    cell& owner;
    std::string name;
};

// Reserved: no more than two for each actor that is born.
template <class M>
void actor_names::tell(unsigned whom, M message) {
    if (whom == home_.index()) {
        M::run(&home_, 0, &message, fate::deliver);
    } else {
        worker_loop::send(home_.peer(worker{whom}), 0, self_running_type<M>, std::move(message),
                          delivery::reserved);
    }
}

template <class M>
void actor_names::tell_all_but(unsigned whom, const M& message) {
    for (unsigned i = 0; i < home_.workers(); ++i) {
        if (i != whom && i != decider) {
            tell(i, M{message});
        }
    }
}

actor_id actor_names::holder(std::string_view name) const noexcept {
    const auto found = known_.find(name);
    return found == known_.end() ? actor_id{} : found->second.who;
}

result<actor_id> actor_names::find(std::string_view name,
                                   std::span<const message_key> wanted) const {
    const auto found = known_.find(name);
    if (found == known_.end()) {
        return actor_error::no_such_name;
    }
    const entry& is = found->second;
    if (!std::all_of(wanted.begin(), wanted.end(),
                     [&](message_key m) { return is.type->accepts(m); })) {
        return actor_error::unaccepted;
    }
    return is.who;
}

void actor_names::claim(cell& actor, std::string_view name, std::shared_ptr<name_verdict> verdict) {
    actor.attached.push_back(*home_.memory().make<tag>(actor, std::string{name}));
    const entry is{{home_.handle(), actor.id}, &actor.type};
    if (home_.index() != decider) {
        known_.emplace(name, is);
    }
    tell(decider, claimed{std::string{name}, is, std::move(verdict)});
}

void actor_names::decide(claimed& what) {
    const unsigned claimer = what.is.who.home.index();
    if (!known_.emplace(what.name, what.is).second) {
        tell(claimer, refused{what.name, what.is.who, std::move(what.verdict)});
        return;
    }
    if (what.verdict != nullptr) {
        what.verdict->bound = true;
    }
    tell_all_but(claimer, news{what.name, what.is, what.verdict});
}

void actor_names::release(const std::string& name, const actor_id& who) {
    const bool its_own = who.home == home_.handle(); // forgotten by tag::ended()
    if (its_own || holder(name) == who) {
        forget(name, who);
        tell_all_but(who.home.index(), news{name, {who, nullptr}, nullptr});
    }
}

void actor_names::forget(const std::string& name, const actor_id& who) {
    const auto found = known_.find(name);
    if (found != known_.end() && found->second.who == who) {
        known_.erase(found);
    }
}

void actor_names::refuse(const std::string& name, const actor_id& who) {
    forget(name, who);
    cell* const actor = home_.find(who.slot);
    if (actor != nullptr && !actor->stopping) {
        home_.report_failed_construction(actor->type.name, "another actor has got its name");
        actor->stop(exit_reason::failed);
        home_.stop_when_idle(*actor);
    }
}

} // namespace iapp
