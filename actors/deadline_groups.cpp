#include <iapp/actors/deadline_groups.hpp>

#include <algorithm>
#include <utility>

namespace iapp {

void deadline_group::fired(timer_node& node) {
    auto& self = static_cast<deadline_group&>(node);
    self.home.fire(self);
}

deadline_groups::~deadline_groups() {
    clear();
}

void deadline_groups::clear() noexcept {
    for (deadline_group*& each : cache_) {
        deadline_group* const group = std::exchange(each, nullptr);
        if (group != nullptr && group->members.empty()) {
            end(*group);
        }
    }
}

deadline_group& deadline_groups::make_group(std::uint64_t granule, time_point deadline) {
    deadline_group& made = *memory_.make<deadline_group>(*this, granule);
    wheel_.arm(made, deadline);
    deadline_group* const before = std::exchange(cached(granule), &made);
    if (before != nullptr && before->members.empty()) {
        end(*before);
    }
    return made;
}

void deadline_groups::left_empty(deadline_group& group) noexcept {
    if (cached(group.granule) != &group) {
        end(group);
    }
}

void deadline_groups::fire(deadline_group& group) noexcept {
    const time_point reached = wheel_.reached();
    grouped_list due;
    std::size_t count = 0;
    time_point next = time_point::max();
    for (auto each = group.members.begin(); each != group.members.end();) {
        grouped_deadline& who = *each++;
        if (who.deadline <= reached && count < expired_per_turn) {
            who.unlink();
            who.group = nullptr;
            due.push_back(who);
            ++count;
        } else {
            next = std::min(next, who.deadline);
        }
    }
    if (!group.members.empty()) {
        wheel_.arm(group, next);
    } else {
        deadline_group*& latest = cached(group.granule);
        latest = latest == &group ? nullptr : latest;
        end(group);
    }
    while (!due.empty()) {
        grouped_deadline& who = due.front();
        who.unlink();
        expire_(who);
    }
}

void deadline_groups::end(deadline_group& group) noexcept {
    memory_.destroy(&group);
}

} // namespace iapp
