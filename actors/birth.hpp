#pragma once
// birth: an actor on its way to the worker where it is to live; included by worker.hpp.

#include <iapp/actors/worker.hpp>

#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace iapp {

// What a worker is told of an actor besides the arguments of its constructor.
struct birth_terms {
    distant_parent parent;
    std::string name; // empty: none
    mailbox_options mailbox;
};

// Runs itself there; `to` is the slot that was granted. Its place is reserved with the slot.
template <class A, class... Args>
struct birth {
    static void run(void* worker, std::uint64_t to, void* payload, fate what) {
        if (what == fate::discard) {
            return; // the slots of a worker that has stopped end with it
        }
        auto& home = *static_cast<worker_loop*>(worker);
        auto& self = *static_cast<birth*>(payload);
        std::apply(
            [&](Args&... each) {
                home.bear<A>(slot_id::from_word(to), self.terms, std::move(each)...);
            },
            self.given);
    }

    birth_terms terms;
    std::tuple<Args...> given;
};

template <actor A, class... Args>
void worker_loop::bear(slot_id id, const birth_terms& terms, Args&&... args) {
    cell* made = nullptr;
    const bool alive = grants_.begin_birth(id); // else killed on its way
    if (alive && may_be_named(type_name<A>(), terms.name)) {
        made = construct<A>(id, *actors_.find(id), terms.mailbox, std::forward<Args>(args)...);
    } else {
        actors_.destroy(id);
    }
    settle(id, made, terms);
}

// The name of the actor that is to live on another worker; it is on its way when this returns.
template <actor A, class... Args>
actor_id worker_loop::spawn_away(unsigned where, cell* parent, const spawn_options& options,
                                 Args&&... args) {
    birth<A, std::decay_t<Args>...> coming{{{}, std::string{options.name}, options.mailbox},
                                           {std::forward<Args>(args)...}};
    const actor_id child{peer(worker{where}).handle(), grants_.take(where)};
    if (!child) {
        ++counters_.actors_refused;
        return {};
    }
    if (parent != nullptr) {
        coming.terms.parent = distant_.add(*parent, child);
        if (!coming.terms.parent.home) {
            grants_.put_back(where, child.slot);
            ++counters_.actors_refused;
            return {};
        }
    }
    try {
        send(child.home, child.slot.to_word(), self_running_type<decltype(coming)>,
             std::move(coming), delivery::reserved);
    } catch (...) { // an argument cannot be moved
        distant_.forget(coming.terms.parent);
        grants_.put_back(where, child.slot);
        throw;
    }
    return child;
}

} // namespace iapp
