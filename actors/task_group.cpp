#include <iapp/actors/task_group.hpp>

namespace iapp::detail {

bool task_group::begin(suspended_task who, std::span<task_promise*> tasks) {
    tasks_ = tasks;
    pending_ = tasks.size();
    for (task_promise* const next : tasks) {
        next->begin(*who.root, *this);
        if (over()) {
            break;
        }
    }
    frame_ = who.frame;
    destroy_the_rest();
    return !over();
}

// Once it is decided. Who has decided is running, as yet.
void task_group::destroy_the_rest() noexcept {
    if (decisive_ != nullptr) {
        destroy(tasks_, decisive_);
    }
}

std::coroutine_handle<> task_group::ended(task_joint& self, task_promise& which) noexcept {
    auto& mine = static_cast<task_group&>(self);
    mine.note_end(which);
    if (!mine.frame_ || !mine.over()) {
        return std::noop_coroutine();
    }
    mine.destroy_the_rest();
    return mine.frame_;
}

void task_group::note_end(task_promise& which) noexcept {
    const decided_by outcome = which.failure() ? decided_by::failure : decided_by::success;
    --pending_;
    if (outcome == decided_by_ || (pending_ == 0 && decided_by_ == decided_by::success)) {
        decisive_ = &which;
    }
}

void task_group::destroy(std::span<task_promise*> tasks, const task_promise* but_not) noexcept {
    for (std::size_t i = tasks.size(); i-- > 0;) {
        if (tasks[i] != nullptr && tasks[i] != but_not) {
            std::exchange(tasks[i], nullptr)->destroy();
        }
    }
}

} // namespace iapp::detail
