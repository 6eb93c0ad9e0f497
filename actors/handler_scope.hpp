#pragma once
// handler_scope: around each call of a handler; included by worker.hpp.

#include <iapp/actors/cell.hpp>
#include <iapp/actors/guarded.hpp>
#include <iapp/mailbox/message.hpp>

#include <utility>

namespace iapp {

// Around each call of a handler: remembers for the watch over the worker who is running what, turns
// an exception into the failure of the actor, and destroys an actor that was stopped meanwhile.
class handler_scope {
  public:
    handler_scope(cell& self, const message_type& message) noexcept;

    [[gnu::always_inline]] ~handler_scope() {
        --self_.running;
        if (self_.stopping) [[unlikely]] {
            end_if_idle();
        }
    }

    handler_scope(const handler_scope&) = delete;
    handler_scope& operator=(const handler_scope&) = delete;

    template <class F>
    void run(F&& handler) noexcept {
        if (self_.stopping) {
            return; // it asked to be stopped and hears no more
        }
        call(std::forward<F>(handler));
    }

    // The same of one that is known not to be stopping.
    template <class F>
    void call(F&& handler) noexcept {
        guarded(std::forward<F>(handler), [&](const char* why) { failed(why); });
    }

  private:
    void end_if_idle() noexcept;
    void failed(const char* why) noexcept;

    cell& self_;
    const message_type& message_;
};

} // namespace iapp

#include <iapp/actors/worker.hpp>

namespace iapp {

[[gnu::always_inline]] inline handler_scope::handler_scope(cell& self,
                                                           const message_type& message) noexcept
    : self_{self}, message_{message} {
    ++self_.running;
    self_.home.note_running(&self_.type.name, &message_.name);
}

inline void handler_scope::end_if_idle() noexcept {
    if (self_.running == 0) {
        self_.home.end(self_);
    }
}

inline void handler_scope::failed(const char* why) noexcept {
    self_.home.actor_failed(self_, message_.name, why);
    self_.why = exit_reason::failed;
    self_.stopping = true;
}

} // namespace iapp
