#include <iapp/actors/stop_order.hpp>

#include <iapp/actors/worker.hpp>

#include <algorithm>

namespace iapp {

namespace {

// Kills its actor when the time to end in good order is over.
struct stop_deadline final : attachment, timer_node {
    explicit stop_deadline(cell& of) noexcept : attachment{&ended}, timer_node{&fired}, owner{of} {}

    static void fired(timer_node& node) {
        cell& late = static_cast<stop_deadline&>(node).owner;
        late.home.kill(late.id);
    }

    static void ended(attachment& self, exit_reason) noexcept {
        auto& over = static_cast<stop_deadline&>(self);
        worker_loop& home = over.owner.home;
        home.io().timers().cancel(over);
        home.memory().destroy(&over);
    }

    cell& owner;
};

// An order that waits in its actor's mailbox.
struct stop_in_queue {
    static void run(void* worker, std::uint64_t to, void* payload, fate what) {
        if (what == fate::deliver) {
            static_cast<worker_loop*>(worker)->obey_in_turn(
                slot_id::from_word(to), static_cast<stop_in_queue*>(payload)->order);
        }
    }

    stop_order order;
};

// The earliest of several deadlines counts.
void arm_deadline(cell& actor, duration within) {
    worker_loop& home = actor.home;
    const time_point when = deadline_after(home.io().now(), within);
    const auto found =
        std::find_if(actor.attached.begin(), actor.attached.end(),
                     [](const attachment& each) { return each.end == &stop_deadline::ended; });
    stop_deadline* deadline = nullptr;
    if (found != actor.attached.end()) {
        deadline = static_cast<stop_deadline*>(&*found);
        if (deadline->armed() && deadline->deadline() <= when) {
            return;
        }
        home.io().timers().cancel(*deadline);
    } else {
        deadline = home.memory().make<stop_deadline>(actor);
        actor.attached.push_back(*deadline);
    }
    home.io().timers().arm(*deadline, when);
}

} // namespace

// At most one waits there, however many are sent; the earliest of their deadlines counts.
bool worker_loop::queue_stop(slot_id who, const stop_order& order) {
    cell* const actor = find(who);
    if (!order.in_good_order || actor == nullptr || actor->stopping) {
        return false;
    }
    if (!actor->stop_waits && !queue_behind(who, stop_in_queue{order})) {
        return false;
    }
    actor->stop_waits = true;
    if (order.within != duration::max()) {
        arm_deadline(*actor, order.within);
    }
    return true;
}

void worker_loop::obey(slot_id who, const stop_order& order) {
    if (!queue_stop(who, order)) {
        obey_in_turn(who, order);
    }
}

void worker_loop::obey_in_turn(slot_id who, const stop_order& order) {
    cell* actor = find(who);
    if (actor == nullptr || actor->stopping) {
        return;
    }
    actor->stop_waits = false;
    if (!order.in_good_order || !actor->type.accepts(key_of<stopping>())) {
        actor->stop(order.why);
        if (actor->running == 0) {
            end(*actor);
        }
        return;
    }
    if (!std::exchange(actor->told_to_stop, true)) {
        stopping message{order.within};
        count_sent();
        deliver(who, key_of<stopping>(), &message, nullptr);
        actor = find(who); // it may have stopped at once
    }
    if (actor != nullptr && order.within != duration::max()) {
        arm_deadline(*actor, order.within);
    }
}

void worker_loop::kill(slot_id who) {
    cell* actor = find(who);
    if (actor != nullptr && !actor->stopping) {
        actor->stop(exit_reason::killed);
        stop_when_idle(*actor);
    } else if (unborn(who)) {
        grants_.doom(who);
    }
}

void stop_order::run(void* worker, std::uint64_t to, void* payload, fate what) {
    auto& home = *static_cast<worker_loop*>(worker);
    const auto& self = *static_cast<stop_order*>(payload);
    const slot_id who = slot_id::from_word(to);
    if (what != fate::deliver) {
        return;
    }
    if (home.unborn(who)) {
        home.keep_until_born(to, self);
    } else {
        home.obey(who, self);
    }
}

void kill_order::run(void* worker, std::uint64_t to, void*, fate what) {
    if (what == fate::deliver) {
        static_cast<worker_loop*>(worker)->kill(slot_id::from_word(to));
    }
}

bool send_stop(const actor_id& whom, const stop_order& order, delivery how) {
    if (!whom) {
        return false;
    }
    worker_loop* const here = worker_loop::current();
    if (here != nullptr && here->handle() == whom.home && here->queue_stop(whom.slot, order)) {
        return true; // at once, before what is sent there next
    }
    return worker_loop::send(whom.home, whom.slot.to_word(), self_running_type<stop_order>,
                             stop_order{order}, how);
}

void send_kill(const actor_id& whom) {
    if (whom) {
        worker_loop::send_urgent(whom.home, whom.slot.to_word(), self_running_type<kill_order>,
                                 kill_order{});
    }
}

} // namespace iapp
