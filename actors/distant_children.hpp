#pragma once
// distant_children: children that live on another worker than their parent.

#include <iapp/actors/actor_id.hpp>
#include <iapp/actors/attachment.hpp>
#include <iapp/mailbox/slot_table.hpp>

#include <cstdint>

namespace iapp {

struct cell;
class worker_loop;

// What a child on another worker knows of its parent: where it is, and under which name it keeps
// the child.
struct distant_parent {
    worker_handle home; // nobody: it has none
    slot_id record;
};

// The parent holds a record for each, which sends the child an order to stop when the parent ends
// and is freed when the child has ended; the child holds one that says so. Each is found by slot
// and generation, so the two ends may cross. Worker's thread only.
class distant_children {
  public:
    // At most `limit` at one time.
    distant_children(worker_loop& home, std::uint32_t limit) noexcept
        : home_{home}, records_{limit} {}

    // Before `child` is born on its worker. The record is empty at the limit.
    distant_parent add(cell& parent, const actor_id& child);
    // The child has ended, or did not get on its way. Harmless when the parent was first.
    void forget(const distant_parent& of) noexcept;

    // On the child's worker: `child` is born.
    static void attach(cell& child, const distant_parent& to);
    // On the child's worker: it ended, or was never born.
    static void tell(const distant_parent& parent);

  private:
    struct ended_notice;
    struct childs_side;

    struct record final : attachment {
        record(worker_loop& home_, const actor_id& child_) noexcept
            : attachment{&parent_ended}, home{home_}, child{child_} {}

        worker_loop& home;
        actor_id child;
        slot_id name; // its own
    };

    static void parent_ended(attachment& self, exit_reason why) noexcept;

    worker_loop& home_;
    slot_table<record> records_;
};

} // namespace iapp
