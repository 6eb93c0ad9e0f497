#pragma once
// handler_scope: what surrounds each call of an actor's handler. Included by worker.hpp.

#include <iapp/actors/worker.hpp>

#include <exception>

namespace iapp {

// Remembers for the watch over the worker who is running what, turns an exception into the failure
// of the actor, and destroys an actor that was stopped meanwhile.
class handler_scope {
  public:
    handler_scope(cell& self, const message_type& message) noexcept
        : self_{self}, message_{message} {
        ++self_.running;
        self_.home.note_running(&self_.type.name, &message_.name);
    }

    ~handler_scope() {
        self_.home.note_running(nullptr, nullptr);
        if (--self_.running == 0 && self_.stopping) {
            self_.home.end(self_);
        }
    }

    handler_scope(const handler_scope&) = delete;
    handler_scope& operator=(const handler_scope&) = delete;

    template <class F>
    void run(F&& handler) noexcept {
        if (self_.stopping) {
            return; // it asked to be stopped and hears no more
        }
        try {
            handler();
        } catch (const std::exception& e) {
            failed(e.what());
        } catch (...) {
            failed("an exception that is no std::exception");
        }
    }

  private:
    void failed(const char* why) noexcept {
        self_.home.actor_failed(self_, message_.name, why);
        self_.stopping = true;
    }

    cell& self_;
    const message_type& message_;
};

} // namespace iapp
