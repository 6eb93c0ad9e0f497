#pragma once
// spawn_options: where a new actor is to live, and how.

#include <iapp/actors/mailbox_options.hpp>

#include <cstdint>
#include <string_view>
#include <type_traits>

namespace iapp {

// Names a worker of a system, from 0.
struct worker {
    unsigned index = 0;
};

enum spawn_place : std::uint8_t {
    here,       // the worker of the actor that spawns; worker 0 for a thread that is no worker
    round_robin // each worker in turn; each worker and each system goes its own round
};

// On which worker an actor is spawned: worker{n}, iapp::here or iapp::round_robin.
class placement {
  public:
    constexpr placement() noexcept = default;

    constexpr placement(spawn_place where) noexcept : where_{where} {}

    // The worker must exist (checked).
    constexpr placement(worker on) noexcept : fixed_{true}, index_{on.index} {}

    constexpr placement(unsigned index) noexcept : placement{worker{index}} {}

    // The worker's index, for one who spawns on `home`; `next` is the turn of the round.
    constexpr unsigned choose(unsigned home, unsigned workers, unsigned& next) const noexcept {
        if (fixed_) {
            return index_;
        }
        return where_ == round_robin ? next++ % workers : home;
    }

  private:
    bool fixed_ = false;
    spawn_place where_ = here;
    unsigned index_ = 0;
};

struct spawn_options {
    // By which others find it, unless empty; the actor has it until it ends, and no other one of
    // its system meanwhile. Copied. See actor_names.hpp.
    std::string_view name = {};
    placement on = {};
    bool detached = false;        // no child of the actor that spawns it
    mailbox_options mailbox = {}; // what may wait for it
};

// It may stand in a co_await expression, where GCC 12 destroys such temporaries twice.
static_assert(std::is_trivially_destructible_v<spawn_options>);

} // namespace iapp
