#include <iapp/actors/task_root.hpp>

#include <iapp/actors/worker.hpp>

namespace iapp::detail {

task_root::task_root(cell& owner, const message_type& type, std::coroutine_handle<> frame) noexcept
    : attachment{[](attachment& self, exit_reason) noexcept {
          static_cast<task_root&>(self).frame_.destroy();
      }},
      timer_node{[](timer_node& due) {
          auto& self = static_cast<task_root&>(due);
          self.resume(self.frame_);
      }},
      owner_{owner}, type_{type}, frame_{frame} {
    ++owner_.tasks;
    owner_.attached.push_back(*this);
    home().io().timers().arm(*this, time_point::min()); // with the next turn
}

task_root::~task_root() {
    --owner_.tasks;
}

void task_root::resume(std::coroutine_handle<> frame) noexcept {
    handler_scope scope{owner_, type_};
    scope.run([&] {
        frame.resume();
        if (frame_.done()) {
            finish();
        }
    });
}

void task_root::finish() {
    cell& owner = owner_;
    const std::exception_ptr failure = std::move(failure_);
    const char* const name = name_;
    frame_.destroy(); // and with it this
    if (failure) {
        fail(owner, failure, name);
    }
}

void task_root::fail(cell& owner, const std::exception_ptr& failure, const char* name) noexcept {
    owner.why = exit_reason::failed;
    owner.stopping = true;
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& e) {
        owner.home.task_failed(owner, name, e.what());
    } catch (...) {
        owner.home.task_failed(owner, name, "an exception that is no std::exception");
    }
}

void suspended_task::resume() const noexcept {
    root->resume(frame);
}

void task_promise::begin(task_root& root, task_joint& joint) noexcept {
    root.set_name(name_);
    root_ = &root;
    joint_ = &joint;
    frame_.resume();
}

} // namespace iapp::detail
