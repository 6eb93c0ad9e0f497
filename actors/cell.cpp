#include <iapp/actors/cell.hpp>

#include <iapp/actors/worker.hpp>

namespace iapp {

handler_scope::handler_scope(cell& self, const std::string_view& message) noexcept
    : self_{self}, message_{message}, outer_actor_{self.home.running_actor()},
      outer_message_{self.home.running_message()} {
    ++self_.running;
    self_.home.note_running(&self_.type.name, &message_);
}

handler_scope::~handler_scope() {
    worker_loop& home = self_.home;
    if (--self_.running == 0 && self_.stopping) {
        home.end(self_);
    }
    home.note_running(outer_actor_, outer_message_);
}

void handler_scope::failed(const char* why) noexcept {
    self_.home.actor_failed(self_, message_, why);
    self_.stopping = true;
}

} // namespace iapp
