#pragma once
// queue_hub: the subscribers that one worker has to one event queue.

#include <iapp/actors/attachment.hpp>
#include <iapp/actors/queue_core.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace iapp {

class queue_hub;
class subscription;
struct cell;

// Tells one subscriber of an event.
using tell_function = void (*)(void* who, const void* event) noexcept;

// One place in a hub, in its worker's memory pool. Worker's thread only.
struct queue_subscriber {
    explicit queue_subscriber(queue_hub& hub_) noexcept : hub{hub_} {}

    queue_subscriber(const queue_subscriber&) = delete;
    queue_subscriber& operator=(const queue_subscriber&) = delete;

    queue_hub& hub;
    std::uint32_t place = 0;
    bool replay_due = false;                               // it waits for the latest event
    std::uint64_t number = 0;                              // of a callback, never used again
    void (*destroy)(queue_subscriber&) noexcept = nullptr; // of a callback, which the hub owns

  protected:
    ~queue_subscriber() = default;
};

// Those who are told lie side by side, two words each, so that an event costs a subscriber little
// more than the call of its handler. Subscribers may come and go while an event is handed out: who
// goes leaves a hole until all have been told, and who comes is told from the next event on.
class queue_hub {
  public:
    queue_hub(queue_core& queue, worker_loop& home) noexcept : queue_{queue}, home_{home} {}

    virtual ~queue_hub() = default;
    queue_hub(const queue_hub&) = delete;
    queue_hub& operator=(const queue_hub&) = delete;

    std::size_t subscribers() const noexcept { return subscribers_; }

    worker_loop& home() noexcept { return home_; }

    void add(queue_subscriber& one, void* who, tell_function tell);
    // Nothing reaches it any more. A callback is destroyed, though not while it runs.
    void remove(queue_subscriber& one) noexcept;
    // The callback of that number, if it is still there.
    void remove_callback(std::uint64_t number) noexcept;
    // With the worker: the callbacks go; the actors have gone before.
    void remove_callbacks() noexcept;

    // What was dropped on the way to them and has not been taken note of yet.
    void add_missed(worker_counters& to) const noexcept;

    // Tells all, and counts.
    void hand_out(const void* event) noexcept;

    // Whether somebody waits for the latest event; replay() gives it to them.
    bool owes_replay() const noexcept { return !due_.empty(); }

    void replay() noexcept;

  protected:
    // The latest event, of a queue that replays it; else null.
    virtual const void* latest() const noexcept { return nullptr; }

    // They get the next event in place of the latest.
    void forget_due() noexcept;

  private:
    struct target {
        void* who;
        tell_function tell;
    };

    // While it exists, subscribers keep their places.
    class walk;

    target& at(std::uint32_t place) noexcept;
    void leave(std::uint32_t place) noexcept;
    void end_walk() noexcept;

    queue_core& queue_;
    worker_loop& home_;
    std::vector<target> targets_;
    std::vector<target> coming_;             // behind them after the walk
    std::vector<queue_subscriber*> owners_;  // of both; null: a hole
    std::vector<queue_subscriber*> due_;     // for a replay; null: has gone
    std::vector<queue_subscriber*> leaving_; // callbacks to be destroyed after the walk
    std::size_t subscribers_ = 0;
    std::uint64_t next_number_ = 1;
    bool walking_ = false;
};

// All hubs of one worker, made at first use and kept as long as the worker.
class queue_hubs {
  public:
    // A walk counts its targets, but for those who have left or are about to end.
    void tell_nobody() noexcept { ++untold_; }

    // It counts as a dead letter.
    void tell_stopped(worker_loop& home) noexcept;

    std::uint64_t take_untold() noexcept { return std::exchange(untold_, 0); }

    void add(std::unique_ptr<queue_hub> hub) { all_.push_back(std::move(hub)); }

    // What they have missed and not taken note of yet.
    void add_missed(worker_counters& to) const noexcept {
        for (const auto& hub : all_) {
            hub->add_missed(to);
        }
    }

    void remove_callbacks() noexcept {
        for (const auto& hub : all_) {
            hub->remove_callbacks();
        }
    }

  private:
    std::vector<std::unique_ptr<queue_hub>> all_;
    std::uint64_t untold_ = 0;
};

// The record behind a subscription of an actor: ends with the handle or with the actor, whichever
// is first.
struct actor_subscription final : attachment, queue_subscriber {
    explicit actor_subscription(queue_hub& to) noexcept
        : attachment{&ended}, queue_subscriber{to} {}

    static void ended(attachment& self, exit_reason) noexcept;
    void leave() noexcept;

    subscription* handle = nullptr;
};

} // namespace iapp
