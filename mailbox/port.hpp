#pragma once
// port: the side of a worker's mail that other threads see - its rings, its door, its doorbell.

#include <iapp/mailbox/door.hpp>
#include <iapp/mailbox/doorbell.hpp>
#include <iapp/mailbox/message.hpp>
#include <iapp/mailbox/return_list.hpp>
#include <iapp/mailbox/worker_anchor.hpp>

#include <boost/lockfree/spsc_queue.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace iapp {

// The mail from one worker to another: a bounded queue without locks or locked instructions for one
// thread that pushes and one that pops (Boost.Lockfree).
using mail_ring = boost::lockfree::spsc_queue<parcel>;

struct port_limits {
    // Parcels of 32 bytes, for each worker that sends here; at least 2, so that every message fits.
    std::size_t ring_slots = 512;
    std::size_t door_slots = 1'024; // messages from threads that are no workers
};

// The waker is called by the thread whose ring() found the worker asleep, so it must be callable
// from any thread and from a signal handler.
class port {
  public:
    using waker = void (*)(void* target) noexcept;

    static constexpr std::size_t least_ring_slots = 2;

    explicit port(const port_limits& limits = {})
        : ring_slots_{std::max(limits.ring_slots, least_ring_slots)}, door_{limits.door_slots} {}

    ~port() {
        for (const auto& each : rings_) {
            delete each.load(std::memory_order_relaxed); // all senders have ended
        }
    }

    port(const port&) = delete;
    port& operator=(const port&) = delete;

    // Before any other thread knows of the port.
    void set_waker(waker wake, void* target) noexcept {
        wake_ = wake;
        target_ = target;
    }

    // The lasting name of the worker whose port this is; set once, by the mesh.
    worker_anchor& anchor() const noexcept { return *anchor_; }

    void set_anchor(worker_anchor& anchor) noexcept { anchor_ = &anchor; }

    // Worker `sender` only: its ring to here, made at the first use. Throws std::bad_alloc.
    mail_ring& ring_of(unsigned sender) {
        std::atomic<mail_ring*>& mine = rings_[sender];
        mail_ring* found = mine.load(std::memory_order_relaxed); // only this thread stores it
        if (found == nullptr) {
            found = new mail_ring{ring_slots_};
            mine.store(found, std::memory_order_release); // pairs with ring_from()
        }
        return *found;
    }

    // Owner only: the ring from a worker that has rung; null when it rang for another reason.
    mail_ring* ring_from(unsigned sender) noexcept {
        return rings_[sender].load(std::memory_order_acquire); // pairs with ring_of()
    }

    // Any thread that is no worker of this system. False, and counted if it is a letter, when the
    // door is full or closed; the message then still belongs to the caller.
    bool push(const door_message& message, bool letter = true) noexcept {
        // acquire: pairs with close(); whoever sees it closed sees what was done before.
        if (closed_.load(std::memory_order_acquire) || !door_.push(message)) {
            // A counter, orders nothing.
            refused_.fetch_add(letter ? 1 : 0, std::memory_order_relaxed);
            return false;
        }
        knock();
        return true;
    }

    // Any thread: a message whose place was reserved when what it answers was accepted. It cannot
    // be refused, not even after close(): who reserved it still waits for it.
    void push_reserved(envelope* message) noexcept {
        reserved_.push_chain(message, message);
        knock();
    }

    // Any thread, also a signal handler: makes the worker take a turn.
    void knock() noexcept { wake_if(doorbell_.ring(doorbell::foreign)); }

    // Whoever rang the doorbell passes what it said. Gives it back.
    bool wake_if(bool asleep) noexcept {
        if (asleep) {
            wake_(target_);
        }
        return asleep;
    }

    doorbell& bell() noexcept { return doorbell_; }

    // Any thread: push() refuses from now on. A push that is under way may still arrive, so the
    // last one to look empties the port after all who push have ended.
    void close() noexcept { closed_.store(true, std::memory_order_release); } // pairs with push()

    // Owner only: the oldest message at the door; false when there is none.
    bool pop(door_message& into) noexcept { return door_.pop(into); }

    // Owner only: all messages of push_reserved(), linked by `next`, the oldest first.
    envelope* take_reserved() noexcept {
        envelope* in_order = nullptr;
        for (envelope* e = reserved_.take_all(); e != nullptr;) {
            envelope* const older = std::exchange(e->next, in_order);
            in_order = std::exchange(e, older);
        }
        return in_order;
    }

    // Any thread.
    std::uint64_t refused() const noexcept { return refused_.load(std::memory_order_relaxed); }

    // Bytes that a port holds before anybody has sent anything to it.
    static constexpr std::size_t idle_bytes(const port_limits& limits) noexcept {
        return sizeof(port) + 2 * sizeof(door_message) * limits.door_slots;
    }

  private:
    doorbell doorbell_;
    std::array<std::atomic<mail_ring*>, doorbell::workers_max> rings_{};
    std::size_t ring_slots_;
    door door_;
    basic_return_list<envelope> reserved_;
    waker wake_ = nullptr;
    void* target_ = nullptr;
    worker_anchor* anchor_ = nullptr;
    std::atomic<bool> closed_{false};
    std::atomic<std::uint64_t> refused_{0};
};

} // namespace iapp
