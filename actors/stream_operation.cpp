#include <iapp/actors/stream_operation.hpp>

#include <iapp/actors/task_root.hpp>

namespace iapp::detail {

bool stream_operation::start(suspended_task who) {
    reactor& io = who.root->home().io();
    IAPP_CHECK(stream_ == nullptr || stream_->belongs_to(io),
               "a stream stays on the worker where it was made");
    const result<stream_inbox*> begun = begin(io);
    if (!begun) {
        failure_ = begun.error();
        return false;
    }
    inbox_ = *begun;
    if (step()) {
        return false;
    }
    who_ = who;
    wait();
    if (deadline_ != duration::max()) {
        io.timers().arm(*this, deadline_after(io.now(), deadline_));
    }
    return true;
}

result<stream_inbox*> stream_operation::begin(reactor&) {
    if (stream_inbox* const inbox = stream_inbox::of(*stream_)) {
        return inbox;
    }
    return std::errc::not_connected;
}

void stream_operation::wait() {
    if (side_ == side::reads) {
        inbox_->wait_to_read(*this);
    } else {
        inbox_->wait_to_write(*this);
    }
}

void stream_operation::changed(inbox_waiter& self) {
    auto& mine = static_cast<stream_operation&>(self);
    if (mine.step()) {
        mine.inbox_->home().timers().cancel(mine);
        mine.who_.resume();
    } else {
        mine.wait();
    }
}

void stream_operation::fired(timer_node& self) {
    auto& mine = static_cast<stream_operation&>(self);
    mine.give_up();
    mine.fail(std::make_error_code(std::errc::timed_out));
    mine.who_.resume();
}

} // namespace iapp::detail
