#pragma once
// supervisor: an actor that keeps other actors running.

#include <iapp/actors/context_templates.hpp>
#include <iapp/actors/restart_budget.hpp>
#include <iapp/actors/stop_order.hpp>
#include <iapp/actors/supervision.hpp>

#include <string>
#include <vector>

namespace iapp {

namespace detail {

// The pause before a restart is over: of one child, or of its group.
struct restart_due {
    std::size_t child;
};

} // namespace detail

// Starts its children in order, restarts them as its supervision says, and ends with them. Mostly
// made by context::supervise(); also a child itself, for a tree:
// `child<supervisor>({}, supervision{…}, std::vector{child<store>({})})`. When it is told to stop
// it stops its children first, the last one first, each when the one behind it has ended. When it
// ends otherwise they are stopped at once: those of its worker before it ends, others then. When it
// gives up it fails, with the name of the child and the reason.
class supervisor {
  public:
    using accepts = messages<which_child, stopping, born, down, detail::restart_due>;

    // `owner` hears of each start.
    supervisor(context& cx, const supervision& how, std::vector<child_spec> children,
               const ref<child_started>& owner = {});
    supervisor(const supervisor&) = delete;
    supervisor& operator=(const supervisor&) = delete;

    // A child without `who` and `type` when there is none of that index.
    child_info on(which_child which) const;
    void on(stopping);
    void on(born what);
    void on(down what);
    void on(detail::restart_due what);

  private:
    enum class child_state : std::uint8_t { idle, starting, running, stopping };

    // What happens to the group of children from group_ on. Those of one_for_one are a group only
    // at the beginning and at the end.
    enum class phase : std::uint8_t { calm, stopping, pausing, starting, ending };

    struct child {
        child_spec spec;
        slot_id bond;
        actor_id who;
        child_state state = child_state::idle;
        unsigned starts = 0;
        restart_pause pause;
        timer restart_timer;
    };

    bool group_stops() const noexcept {
        return phase_ == phase::stopping || phase_ == phase::pausing;
    }

    child& with_bond(slot_id bond);
    std::size_t index_of(const child& which) const;
    child_info info_of(const child& which) const;
    bool to_be_restarted(const child& which, exit_reason why) const;
    void restart_after(child& which, exit_reason why);
    void restart_group(std::size_t from, duration pause);
    void give_up(const child& which, exit_reason why);
    void go_on();
    bool all_stopped();
    void start_next();
    void start(child& which);
    void end();

    context& cx_;
    supervision how_;
    restart_budget budget_;
    std::vector<child> children_;
    ref<child_started> owner_;
    phase phase_ = phase::starting;
    std::size_t group_ = 0; // its first child
    std::size_t next_ = 0;  // of the group, to be started
    duration pause_{};      // before the group starts again
    timer group_restart_;
    std::string failure_; // why it gives up; empty: it does not
};

template <class... Children>
auto context::supervise(const supervision& how, Children&&... children) -> ref<which_child> {
    return supervise(how, std::vector<child_spec>{std::forward<Children>(children)...});
}

} // namespace iapp
