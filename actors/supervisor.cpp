#include <iapp/actors/supervisor.hpp>

#include <algorithm>
#include <stdexcept>
#include <system_error>

namespace iapp {

namespace {

constexpr std::size_t whole_group = ~std::size_t{0};

} // namespace

ref<which_child> context::supervise(const supervision& how, std::vector<child_spec> children) {
    ref<child_started> owner;
    if (self_.type.accepts(key_of<child_started>())) {
        owner = {&self_.home, self_.id};
    }
    return spawn<supervisor>(how, std::move(children), owner);
}

supervisor::supervisor(context& cx, const supervision& how, std::vector<child_spec> children,
                       const ref<child_started>& owner)
    : cx_{cx}, how_{how}, budget_{how}, owner_{owner} {
    children_.reserve(children.size());
    for (child_spec& each : children) {
        children_.emplace_back().spec = std::move(each);
    }
    start_next();
}

child_info supervisor::on(which_child which) const {
    return which.index < children_.size() ? info_of(children_[which.index]) : child_info{};
}

void supervisor::on(stopping) {
    if (phase_ != phase::ending) {
        end();
    }
}

void supervisor::on(born what) {
    child& up = with_bond(what.bond);
    up.state = child_state::running;
    up.who = what.who;
    if (owner_) {
        worker_loop::send(owner_.actor().home, owner_.id().to_word(),
                          message_type_of<child_started>, child_started{info_of(up)},
                          delivery::reserved);
    }
    go_on();
}

void supervisor::on(down what) {
    child& gone = with_bond(what.by.slot);
    const bool expected = gone.state == child_state::stopping || phase_ == phase::ending ||
                          (group_stops() && index_of(gone) >= group_);
    gone.state = child_state::idle;
    gone.who = {};
    if (!expected && to_be_restarted(gone, what.why)) {
        restart_after(gone, what.why);
    }
    go_on();
}

void supervisor::on(detail::restart_due what) {
    if (what.child == whole_group) {
        phase_ = phase::starting;
        next_ = group_;
        start_next();
    } else {
        start(children_[what.child]);
    }
}

// One that the end of a system has ended stays so.
bool supervisor::to_be_restarted(const child& which, exit_reason why) const {
    switch (which.spec.options.restart) {
    case restart_when::always:
        return why != exit_reason::worker_stopping;
    case restart_when::on_failure:
        return !in_order(why);
    case restart_when::never:
        break;
    }
    return false;
}

void supervisor::restart_after(child& which, exit_reason why) {
    const time_point now = cx_.now();
    if (!budget_.take(now)) {
        give_up(which, why);
        return;
    }
    const duration pause = which.pause.next(now, how_);
    const std::size_t index = index_of(which);
    switch (how_.strategy) {
    case restart_strategy::one_for_one:
        which.restart_timer = cx_.after(pause, detail::restart_due{index});
        break;
    case restart_strategy::one_for_all:
        restart_group(0, pause);
        break;
    case restart_strategy::rest_for_one:
        restart_group(index, pause);
        break;
    }
}

// While a group starts, those before the next one run, so that it may become smaller; while it
// stops or pauses it can only grow.
void supervisor::restart_group(std::size_t from, duration pause) {
    group_ = group_stops() ? std::min(group_, from) : from;
    pause_ = group_stops() ? std::max(pause_, pause) : pause;
    group_restart_.cancel();
    phase_ = phase::stopping;
}

void supervisor::give_up(const child& which, exit_reason why) {
    failure_ = "its child " + std::to_string(index_of(which)) + " (" +
               std::string{which.spec.type->name} + ", " + std::string{name_of(why)} +
               ") ended too often";
    end();
}

void supervisor::end() {
    phase_ = phase::ending;
    group_ = 0;
    group_restart_.cancel();
    for (child& each : children_) {
        each.restart_timer.cancel();
    }
    go_on();
}

// After each step of a child: the next step of the group.
void supervisor::go_on() {
    switch (phase_) {
    case phase::starting:
        start_next();
        break;
    case phase::stopping:
        if (all_stopped()) {
            phase_ = phase::pausing;
            group_restart_ = cx_.after(pause_, detail::restart_due{whole_group});
        }
        break;
    case phase::ending:
        if (all_stopped()) {
            if (!failure_.empty()) {
                throw std::runtime_error{failure_};
            }
            cx_.stop();
        }
        break;
    case phase::calm:
    case phase::pausing:
        break;
    }
}

// Stops the last child of the group that has not ended yet; true when there is none.
bool supervisor::all_stopped() {
    for (std::size_t i = children_.size(); i-- > group_;) {
        child& last = children_[i];
        if (last.state == child_state::running) {
            last.state = child_state::stopping;
            send_stop(last.who, {.within = last.spec.options.stop_within}, delivery::reserved);
        }
        if (last.state != child_state::idle) {
            return false; // until it has started, or ended
        }
    }
    return true;
}

// Starts the next child of the group when the one before has started, or has failed to.
void supervisor::start_next() {
    const auto waits = [&] {
        return next_ > 0 && children_[next_ - 1].state == child_state::starting;
    };
    while (next_ < children_.size() && !waits()) {
        child& each = children_[next_++];
        if (each.starts == 0 || each.spec.options.restart != restart_when::never) {
            start(each);
        }
    }
    if (!waits()) {
        phase_ = phase::calm;
    }
}

void supervisor::start(child& which) {
    worker_loop& home = cx_.self_.home;
    worker_loop& there = home.peer(worker{home.choose(which.spec.options.on)});
    const result<slot_id> made = home.bonds().start(cx_.self_, there, which.spec.make);
    if (!made) {
        throw std::system_error{made.error(), "a supervised child"};
    }
    which.bond = *made;
    which.state = child_state::starting;
    ++which.starts;
}

supervisor::child& supervisor::with_bond(slot_id bond) {
    const auto found = std::find_if(children_.begin(), children_.end(),
                                    [=](const child& each) { return each.bond == bond; });
    IAPP_CHECK(found != children_.end(), "every bond of a supervisor has its child");
    return *found;
}

std::size_t supervisor::index_of(const child& which) const {
    return static_cast<std::size_t>(&which - children_.data());
}

child_info supervisor::info_of(const child& which) const {
    return {.index = static_cast<unsigned>(index_of(which)),
            .restarts = which.starts > 0 ? which.starts - 1 : 0,
            .who = which.who,
            .type = which.spec.type};
}

} // namespace iapp
