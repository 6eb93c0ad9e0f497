#pragma once
// slot_grants: slots for actors that workers hold ready for each other.

#include <iapp/mailbox/message.hpp>
#include <iapp/mailbox/slot_table.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace iapp {

struct cell;
class worker_loop;

// So a spawn on another worker has the actor's name at once: the slot was granted before, by
// message, and when half of them are used the next ones are asked for. Who runs out - many spawns
// in one turn - gets none, and from then on twice as many are held, up to held_max. Half of a
// worker's slots at most are granted and not yet used. Worker's thread only.
class slot_grants {
  public:
    // What one worker holds of all others together at the start, and of one of them at most.
    static constexpr std::uint32_t held_at_start = 512;
    static constexpr std::uint32_t held_at_start_least = 8;
    static constexpr std::uint32_t held_max = 8192;

    slot_grants(worker_loop& home, slot_table<cell*>& own, unsigned workers);

    // Before the workers run: the first slots, from each of them to each other.
    static void begin(std::span<worker_loop* const> all);

    // A slot of another worker, which is to be used; empty when none is left now.
    slot_id take(unsigned of);

    // One that was taken and not used.
    void put_back(unsigned of, slot_id which) { held_[of].slots.push_back(which); }

    // A slot of this worker that was granted to another one is about to be filled. False: its actor
    // was killed on its way here.
    bool begin_birth(slot_id which) noexcept;

    // The actor that comes for this slot shall not live.
    void doom(slot_id which) { doomed_.push_back(which); }

    // The actor of this slot failed in its construction. Known of the last few, for those who want
    // to hear of its end and cannot have said so before.
    void note_stillborn(slot_id which) noexcept;
    bool stillborn(slot_id which) const noexcept;

  private:
    struct request;
    struct grant;

    struct held {
        std::vector<slot_id> slots;
        std::uint32_t wanted = 0;
        bool asked = false;
    };

    void ask(unsigned of);
    void give(unsigned to, std::uint32_t count);
    slot_id reserve();

    worker_loop& home_;
    slot_table<cell*>& own_;
    std::uint32_t granted_ = 0; // of the own ones, not used yet
    std::vector<held> held_;    // by worker
    std::vector<slot_id> doomed_;
    std::array<slot_id, 64> stillborn_{};
    std::size_t next_stillborn_ = 0;
};

} // namespace iapp
