// What citizens do to each other: births, deaths, and who hears of them.

#include "sim/conservation/citizen.hpp"

namespace iapp::test::conservation {

void citizen::spawn() {
    if (all_.wanted == 0) {
        return;
    }
    --all_.wanted;
    const unsigned name = all_.chance(200) ? all_.below(nameless) : nameless;
    const spawn_options options{.name = name == nameless ? std::string_view{} : names[name],
                                .on = any_place(all_, home().workers),
                                .detached = all_.chance(500),
                                .mailbox = any_mailbox(all_)};
    const citizen_ref made =
        all_.chance(300) ? citizen_ref{cx_.spawn<elder>(options, std::ref(all_), system_, name)}
                         : cx_.spawn<citizen>(options, std::ref(all_), system_, name);
    if (!made) {
        return;
    }
    switch (all_.below(6)) { // maybe before it lives
    case 0:
        return monitor(made.actor(), true);
    case 1:
        return link(made.actor());
    case 2:
        monitor(made.actor(), true);
        return cx_.kill(made);
    case 3:
        static_cast<void>(cx_.stop(made));
        return;
    default:
        return;
    }
}

void citizen::supervise() {
    if (all_.wanted < 3) {
        return;
    }
    all_.wanted -= 3;
    const auto any = [this] {
        const child_options options{.on = any_place(all_, home().workers),
                                    .restart = static_cast<restart_when>(all_.below(3)),
                                    .mailbox = any_mailbox(all_)};
        return all_.chance(500) ? child<citizen>(options, std::ref(all_), system_, nameless)
                                : child<elder>(options, std::ref(all_), system_, nameless);
    };
    const auto third = any();
    const auto second = any();
    const auto first = any();
    const supervision how{.strategy = static_cast<restart_strategy>(all_.below(3)),
                          .restarts_max = 2};
    const ref<which_child> made = cx_.supervise(how, first, second, third);
    all_.supervisors.push_back(made);
    monitor(made.actor(), false);
}

void citizen::stop_other() {
    if (!all_.supervisors.empty() && all_.chance(200)) {
        static_cast<void>(cx_.stop(all_.supervisors[all_.below(all_.supervisors.size())]));
    } else if (all_.chance(500)) {
        static_cast<void>(cx_.stop(all_.ref_of(all_.pick())));
    } else {
        const duration deadline = all_.within(std::chrono::seconds{1});
        static_cast<void>(cx_.stop(all_.ref_of(all_.pick()), deadline));
    }
}

void citizen::kill_other() {
    if (!all_.supervisors.empty() && all_.chance(200)) {
        cx_.kill(all_.supervisors[all_.below(all_.supervisors.size())]);
    } else {
        cx_.kill(all_.ref_of(all_.pick()));
    }
}

void citizen::monitor(const actor_id& whom, bool is_citizen) {
    const result<monitor_id> made = cx_.monitor(whom);
    const actor_id& me = all_.people[number_].id;
    all_.require(static_cast<bool>(made) == (whom && whom != me && whom.home.same_system(me.home)),
                 "others of the same system can be monitored");
    if (made && is_citizen) {
        all_.deaths.monitored(number_, whom, *made);
    } else if (made) {
        all_.deaths.monitored_other(number_, whom, *made);
    }
}

void citizen::link(const actor_id& with) {
    const std::uint32_t other = all_.people.number_of(with);
    if (other != 0 && all_.deaths.are_linked(number_, other)) {
        return;
    }
    const result<link_id> made = cx_.link(with);
    const actor_id& me = all_.people[number_].id;
    all_.require(static_cast<bool>(made) == (with && with != me && with.home.same_system(me.home)),
                 "others of the same system can be linked");
    if (made) {
        all_.deaths.linked(number_, with, *made);
    }
}

void citizen::let_go() {
    if (all_.chance(500)) {
        cx_.unmonitor(all_.deaths.cancel_monitor(number_));
    } else {
        cx_.unlink(all_.deaths.cancel_link(number_));
    }
}

} // namespace iapp::test::conservation
