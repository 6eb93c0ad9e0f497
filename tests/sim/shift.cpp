#include "sim/shift.hpp"

#include <algorithm>

namespace iapp::test {

void shift::begin(std::size_t child) {
    seat& of = seats_[child];
    require(!of.there, "a child begins when the one before has ended");
    if (how_.strategy != restart_strategy::one_for_one) {
        for (std::size_t i = 0; i < child; ++i) {
            require(seats_[i].there || (seats_[i].begins > 0 && !seats_[i].told),
                    "the children of a group begin in their order");
        }
    }
    if (of.begins++ > 0) {
        check_pause(of);
        check_budget(of);
    }
    of.told = false;
}

void shift::fail_to_begin(std::size_t child) {
    note_own_end(child);
}

void shift::arrive(std::size_t child) {
    seats_[child].there = true;
    seats_[child].begun = world_.now();
}

void shift::be_told(std::size_t child) {
    bool caused = budget_exceeded();
    for (std::size_t i = 0; i < seats_.size(); ++i) {
        const seat& other = seats_[i];
        require(i <= child || !other.there, "children are stopped one by one, the last first");
        caused = caused || (concerns(child, i) && other.ends > 0 &&
                            other.ended_itself >= seats_[child].begun - latest_);
    }
    require(caused, "a child is stopped when one that concerns it has ended");
    seats_[child].told = true;
}

void shift::leave(std::size_t child) {
    seats_[child].there = false;
    seats_[child].ended = world_.now();
    if (!seats_[child].told) {
        note_own_end(child);
    }
}

void shift::note_own_end(std::size_t child) {
    seat& of = seats_[child];
    expect_pause(of);
    of.ended = of.ended_itself = world_.now();
    ++of.ends;
    of.latest_end = ends_.size();
    ends_.push_back(world_.now());
}

void shift::hear_of_start(std::size_t child, unsigned restarts) {
    seat& of = seats_[child];
    require(restarts >= of.restarts_heard, "the owner hears of starts in order, and once");
    require(restarts < of.begins, "who is said to have been started was");
    of.restarts_heard = restarts + 1;
}

void shift::give_up() {
    require(budget_exceeded(), "a supervisor gives up only beyond its limit");
    require(std::none_of(seats_.begin(), seats_.end(), [](const seat& each) { return each.there; }),
            "a supervisor that gives up has stopped its children");
    over_ = true;
}

bool shift::complete() const noexcept {
    return !over_ && std::all_of(seats_.begin(), seats_.end(),
                                 [](const seat& each) { return each.there && !each.told; });
}

void shift::check_restarts() const {
    for (std::size_t i = 0; i < seats_.size(); ++i) {
        const seat& each = seats_[i];
        require(how_.strategy != restart_strategy::one_for_one || each.begins == each.ends + 1,
                "each end of a child is followed by one restart");
        for (std::size_t j = 0; j < seats_.size(); ++j) {
            const bool caused = concerns(i, j) && seats_[j].ends > 0;
            require(!caused || each.begun >= seats_[j].ended_itself,
                    "whom the end of a child concerns begins anew");
        }
    }
}

// Whether the end of one means the restart of another.
bool shift::concerns(std::size_t child, std::size_t end_of) const noexcept {
    switch (how_.strategy) {
    case restart_strategy::one_for_one:
        return false;
    case restart_strategy::one_for_all:
        return true;
    case restart_strategy::rest_for_one:
        return end_of <= child;
    }
    return false;
}

duration shift::grown(duration pause) const noexcept {
    const double longer = how_.backoff.factor * static_cast<double>(pause.count());
    return std::min(how_.backoff.max, duration{static_cast<duration::rep>(longer)});
}

// What the pause after this end will be depends on how long the child has run, which its supervisor
// sees a little later.
void shift::expect_pause(seat& of) {
    const duration first = std::min(how_.backoff.first, how_.backoff.max);
    const duration ran_max = world_.now() + latest_ - of.ended_itself - of.pause_min;
    const duration ran_min = world_.now() - latest_ - of.ended_itself - of.pause_max;
    const bool grows = of.ends > 0 && ran_max < how_.within;
    const bool may_grow = of.ends > 0 && ran_min < how_.within;
    of.pause_min = grows ? grown(of.pause_min) : first;
    of.pause_max = may_grow ? std::max(first, grown(of.pause_max)) : first;
}

void shift::check_pause(const seat& of) const {
    const duration passed = world_.now() - of.ended;
    if (how_.strategy == restart_strategy::one_for_one) {
        require(passed >= of.pause_min, "a restart waits for its pause");
        require(passed <= of.pause_max + latest_, "a restart comes in its time");
    } else {
        require(passed >= std::min(how_.backoff.first, how_.backoff.max),
                "a restart of a group waits for its pause");
    }
}

// A restart that ought to have been one too many. In groups several ends may be one restart.
void shift::check_budget(const seat& of) const {
    if (how_.strategy == restart_strategy::one_for_one && of.latest_end >= how_.restarts_max) {
        const time_point first = ends_[of.latest_end - how_.restarts_max];
        require(of.ended_itself + latest_ - first >= how_.within,
                "there are no more restarts than are allowed");
    }
}

bool shift::budget_exceeded() const noexcept {
    for (std::size_t i = how_.restarts_max; i < ends_.size(); ++i) {
        if (ends_[i] - ends_[i - how_.restarts_max] <= how_.within + latest_) {
            return true;
        }
    }
    return false;
}

} // namespace iapp::test
