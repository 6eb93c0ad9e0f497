#pragma once
// supervision: which actors are to be kept running, and what is done when one ends, as plain data.

#include <iapp/actors/actor_type.hpp>
#include <iapp/actors/ref.hpp>
#include <iapp/actors/spawn_options.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>

namespace iapp {

// Who is restarted when a child ends and is to run again. Children are started in the order in
// which they are listed and stopped in the reverse order, one after the other; the next one waits
// until the one before has been constructed, or destroyed.
enum class restart_strategy : std::uint8_t {
    one_for_one,  // that child alone
    one_for_all,  // all children: the others are stopped first
    rest_for_one, // that child and those listed after it, which are stopped first
};

// How long a restart waits: `first`, and `factor` times as long for each further restart of that
// child, up to `max`. It begins anew when the child has run for supervision::within.
struct restart_delay {
    duration first = std::chrono::milliseconds{10};
    duration max = std::chrono::seconds{1};
    double factor = 2;
};

struct supervision {
    restart_strategy strategy = restart_strategy::one_for_one;
    // With one more restart than that within that time, whichever child causes it, the supervisor
    // gives up: it stops all children and fails.
    unsigned restarts_max = 3;
    duration within = std::chrono::seconds{10};
    restart_delay backoff = {};
};

enum class restart_when : std::uint8_t {
    always,
    on_failure, // not when it was stopped in order
    never,      // nor with the others of its group
};

struct child_options {
    std::string name = {}; // of each that is started; see spawn_options
    placement on = {};     // iapp::here is the worker of the supervisor; chosen for each start
    restart_when restart = restart_when::always;
    // How long it may take to stop in good order (see iapp::stopping); then it is killed.
    duration stop_within = std::chrono::seconds{5};
    mailbox_options mailbox = {}; // what may wait for each that is started
};

// One child: its class, the arguments of its constructor and its options. A plain value.
struct child_spec {
    child_options options;
    const actor_type* type;
    std::shared_ptr<const actor_maker> make;
};

// A child of class A. Each start gives its constructor the arguments as constants, on its worker,
// so a constructor that keeps one copies it; std::ref for one that is shared and outlives them all.
template <actor A, class... Args>
child_spec child(const child_options& options, Args&&... args) {
    static_assert(std::is_constructible_v<A, context&, const std::unwrap_ref_decay_t<Args>&...> ||
                      std::is_constructible_v<A, const std::unwrap_ref_decay_t<Args>&...>,
                  "a child is made again from the same arguments, which it gets as constants");
    using arguments = std::tuple<std::unwrap_ref_decay_t<Args>...>;
    auto make = [name = options.name, limit = options.mailbox,
                 given = arguments{std::forward<Args>(args)...}](worker_loop& home) {
        if (!name.empty() && !home.may_be_named(type_of<A>.name, name)) {
            return static_cast<cell*>(nullptr);
        }
        cell* const made =
            std::apply([&](auto&... each) { return home.spawn_cell<A>(limit, each...); }, given);
        if (made != nullptr && !name.empty()) {
            home.names().claim(*made, name);
        }
        return made;
    };
    return {options, &type_of<A>, std::make_shared<const actor_maker>(std::move(make))};
}

// A child of a supervisor at the moment.
struct child_info {
    unsigned index = 0;    // in the list of the children
    unsigned restarts = 0; // so far
    actor_id who;          // empty while it does not run
    const actor_type* type = nullptr;

    // The child's ref: it must be of class A (checked).
    template <class A>
    ref_to<A> as() const {
        IAPP_CHECK(type == &type_of<A>, "the child is of another class");
        return ref_to<A>{who.home, who.slot};
    }
};

// Tells the owner of a supervisor, if he accepts it, that a child has been started, the first time
// and each further time: the refs that he had of it before name nobody any more.
struct child_started : child_info {};

// Asks a supervisor for a child by its place in the list.
struct which_child {
    using reply = child_info;

    unsigned index = 0;
};

} // namespace iapp
