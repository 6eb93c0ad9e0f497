#include <iapp/actors/task_sleep.hpp>

#include <iapp/actors/task_root.hpp>

namespace iapp::detail {

bool sleep_operation::start(suspended_task who) {
    who_ = who;
    reactor& io = who.root->home().io();
    io.timers().arm(*this, deadline_after(io.now(), time_));
    return true;
}

} // namespace iapp::detail
