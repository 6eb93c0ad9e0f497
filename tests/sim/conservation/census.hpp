#pragma once
// Who lives, and why who has ended.

#include <iapp/sim.hpp>

#include <algorithm>
#include <cstdint>
#include <deque>

namespace iapp::test::conservation {

class citizen;

// All that is known of one actor. Kept when it has ended.
struct life final : attachment {
    life(citizen& who, actor_id id_, unsigned system_, bool hears_links_)
        : attachment{&ended}, alive{&who}, id{id_}, system{system_}, hears_links{hears_links_} {}

    // The actor tells the reason when it ends, if it ever began.
    static void ended(attachment& self, exit_reason reason) noexcept {
        static_cast<life&>(self).why = reason;
    }

    citizen* alive;
    actor_id id;
    unsigned system; // by its place among those of the run
    bool hears_links;
    exit_reason why = exit_reason::failed;
};

// The first one, 0, is whoever is outside of all systems.
class census {
  public:
    std::uint32_t enter(citizen& who, actor_id id, unsigned system, bool hears_links) {
        lives_.emplace_back(who, id, system, hears_links);
        id.home.get()->find(id.slot)->attached.push_back(lives_.back());
        return static_cast<std::uint32_t>(lives_.size());
    }

    life& operator[](std::uint32_t number) { return lives_[number - 1]; }

    std::uint32_t size() const { return static_cast<std::uint32_t>(lives_.size()); }

    // 0: it never lived, or is no citizen.
    std::uint32_t number_of(const actor_id& id) const {
        for (std::uint32_t i = size(); i > 0; --i) {
            if (lives_[i - 1].id == id) {
                return i;
            }
        }
        return 0;
    }

    std::size_t alive() const {
        return static_cast<std::size_t>(std::count_if(
            lives_.begin(), lives_.end(), [](const life& each) { return each.alive != nullptr; }));
    }

  private:
    std::deque<life> lives_;
};

} // namespace iapp::test::conservation
