#include <iapp/actors/with_deadline.hpp>

#include <iapp/actors/task_root.hpp>

namespace iapp::detail {

bool deadline_base::begin(suspended_task who, task_promise& what) {
    what.begin(*who.root, *this);
    if (what.ended()) {
        return false;
    }
    who_ = who;
    reactor& io = who.root->home().io();
    io.timers().arm(*this, deadline_after(io.now(), time_));
    return true;
}

std::coroutine_handle<> deadline_base::ended(task_joint& self, task_promise&) noexcept {
    auto& mine = static_cast<deadline_base&>(self);
    if (mine.who_.root == nullptr) {
        return std::noop_coroutine();
    }
    mine.who_.root->home().io().timers().cancel(mine);
    return mine.who_.frame;
}

void deadline_base::fired(timer_node& self) {
    auto& mine = static_cast<deadline_base&>(self);
    mine.late_ = true;
    mine.who_.resume();
}

} // namespace iapp::detail
