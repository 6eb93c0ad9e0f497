#include <iapp/actors/task_credit.hpp>

#include <iapp/actors/task_root.hpp>

namespace iapp::detail {

bool credit_operation::start(suspended_task who) {
    const credit_account* const account = line_->account();
    if (account == nullptr) {
        failure_ = std::make_error_code(std::errc::not_connected);
        return false;
    }
    if (account->available > 0 && account->waiters.empty()) {
        return false;
    }
    who_ = who;
    line_->wait(*this);
    return true;
}

void credit_operation::told(credit_waiter& self, worker_loop&) noexcept {
    static_cast<credit_operation&>(self).who_.resume();
}

void credit_operation::line_ended(credit_waiter& self, worker_loop& home) noexcept {
    auto& mine = static_cast<credit_operation&>(self);
    mine.failure_ = std::make_error_code(std::errc::not_connected);
    home.io().timers().arm(mine, time_point::min());
}

void credit_operation::fired(timer_node& self) {
    static_cast<credit_operation&>(self).who_.resume();
}

} // namespace iapp::detail
