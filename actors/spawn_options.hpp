#pragma once
// spawn_options: where a new actor is to live, and how.

#include <cstdint>
#include <type_traits>

namespace iapp {

// Names a worker of a system, from 0.
struct worker {
    unsigned index = 0;
};

// On which worker an actor is spawned: worker{n}, iapp::here or iapp::round_robin.
class placement {
  public:
    enum class kind : std::uint8_t { fixed, here, round_robin };

    // Here.
    constexpr placement() noexcept = default;

    // The worker must exist (checked).
    constexpr placement(worker on) noexcept : kind_{kind::fixed}, index_{on.index} {}

    constexpr placement(unsigned index) noexcept : placement{worker{index}} {}

    explicit constexpr placement(kind how) noexcept : kind_{how} {}

    // The worker's index, for one who spawns on `here`; `next` is the turn of the round.
    constexpr unsigned choose(unsigned here, unsigned workers, unsigned& next) const noexcept {
        switch (kind_) {
        case kind::fixed:
            return index_;
        case kind::round_robin:
            return next++ % workers;
        case kind::here:
            break;
        }
        return here;
    }

  private:
    kind kind_ = kind::here;
    unsigned index_ = 0;
};

// The worker of the actor that spawns; worker 0 for a thread that is no worker.
inline constexpr placement here{placement::kind::here};

// Each worker in turn; every one who spawns goes his own round, actors of one worker together.
inline constexpr placement round_robin{placement::kind::round_robin};

struct spawn_options {
    placement on = {};
    bool detached = false; // no child of the actor that spawns it
};

// It may stand in a co_await expression, where GCC 12 destroys such temporaries twice.
static_assert(std::is_trivially_destructible_v<spawn_options>);

} // namespace iapp
