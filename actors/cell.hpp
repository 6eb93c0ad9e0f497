#pragma once
// cell: the runtime's side of one actor.

#include <iapp/actors/context.hpp>
#include <iapp/mailbox/slot_table.hpp>

#include <boost/intrusive/list_hook.hpp>
#include <exception>
#include <string_view>

namespace iapp {

struct actor_type;
class worker_loop;

// Lives in its worker's memory pool, linked in the order of spawning. Worker's thread only.
struct cell : boost::intrusive::list_base_hook<> {
    cell(worker_loop& home_, slot_id id_, const actor_type& type_) noexcept
        : home{home_}, id{id_}, type{type_}, cx{*this} {}

    worker_loop& home;
    slot_id id;
    const actor_type& type;
    context cx;
    unsigned running = 0;  // handlers under way
    bool stopping = false; // to be destroyed when the last of them returns
};

// Around each handler: remembers for the watch over the worker who is running what, turns an
// exception into the failure of the actor, and destroys an actor that was stopped meanwhile.
class handler_scope {
  public:
    // `message` is the name of its type and lives for ever.
    handler_scope(cell& self, const std::string_view& message) noexcept;
    ~handler_scope();
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
    void failed(const char* why) noexcept;

    cell& self_;
    const std::string_view& message_;
    const std::string_view* outer_actor_;
    const std::string_view* outer_message_;
};

} // namespace iapp
