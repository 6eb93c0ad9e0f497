#pragma once
// Keeps the whole process within --max-conns although its workers share no memory: they lease
// places from one keeper.

#include <iapp/actors/context_templates.hpp>

#include <algorithm>
#include <cstdint>

namespace srv {

// The keeper's answer: places that the worker may use from now on; none: all are taken.
struct granted {
    std::uint32_t places = 0;
};

struct need_places {
    iapp::ref<granted> from;
};

struct return_places {
    std::uint32_t places = 0;
};

// Places change hands in lots, so that only one connection in many costs a message. A worker may
// sit on fewer than two lots that it does not use; that much is added to the pool, so the limit
// holds to within two lots a worker above max_conns, and exactly with one worker.
struct lot_sizes {
    lot_sizes(std::uint32_t max_conns, unsigned workers)
        : lot{workers == 1 ? 1 : std::clamp(max_conns / (workers * 8), 1U, 64U)},
          pool{max_conns + (workers - 1) * 2 * lot} {}

    std::uint32_t lot;
    std::uint32_t pool;
};

// The keeper of the places, on worker 0.
class keeper {
  public:
    using accepts = iapp::messages<need_places, return_places>;

    explicit keeper(lot_sizes sizes) : lot_{sizes.lot}, left_{sizes.pool} {}

    void on(const need_places& m) {
        const std::uint32_t places = std::min(lot_, left_);
        if (m.from.send(granted{places})) {
            left_ -= places;
        }
    }

    void on(return_places m) { left_ += m.places; }

  private:
    std::uint32_t lot_;
    std::uint32_t left_;
};

// A worker's leased places.
class places {
  public:
    places(iapp::ref<need_places, return_places> from, lot_sizes sizes)
        : keeper_{from}, lot_{sizes.lot} {}

    bool take() {
        if (free_ == 0) {
            return false;
        }
        --free_;
        return true;
    }

    void put_back() {
        if (++free_ >= 2 * lot_ && keeper_.send(return_places{lot_})) {
            free_ -= lot_;
        }
    }

    // Asks for another lot unless an answer is on its way already. False: nobody will answer.
    bool ask(const iapp::ref<granted>& me) {
        asked_ = asked_ || keeper_.send(need_places{me});
        return asked_;
    }

    void answered(granted lot) {
        asked_ = false;
        free_ += lot.places;
    }

  private:
    iapp::ref<need_places, return_places> keeper_;
    std::uint32_t lot_;
    std::uint32_t free_ = 0;
    bool asked_ = false;
};

} // namespace srv
