#pragma once
// queue_core: the part of an event queue that its publishers share, and each worker's lane of it.

#include <iapp/actors/queue_options.hpp>
#include <iapp/mailbox/doorbell.hpp>
#include <iapp/mailbox/message.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

namespace iapp {

class queue_hub;
class worker_loop;
struct worker_counters;

// Counts with one writer, or with many who add by fetch_add; any thread reads.
struct queue_tally {
    std::atomic<std::uint64_t> published{0};
    std::atomic<std::uint64_t> refused{0};
    std::atomic<std::uint64_t> sent{0};
    std::atomic<std::uint64_t> handed_out{0};
    std::atomic<std::uint64_t> dropped{0};
    std::atomic<std::uint64_t> stopped{0};
    std::atomic<std::uint64_t> deliveries{0};

    // By the one writer, without a locked instruction.
    static void add(std::atomic<std::uint64_t>& to, std::uint64_t count) noexcept {
        to.store(to.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
    }
};

// What a queue has on one worker.
struct queue_lane {
    // Events on their way here (the lower half), and those that were dropped before they left (the
    // upper half), until the worker takes note: the queue has counted these at once, but how many
    // subscribers they would have had only the worker knows. A count of what the worker's mail
    // holds, written with it by publishers and worker; it stands still in a queue without a limit.
    alignas(false_sharing_bytes) std::atomic<std::uint64_t> under_way{0};

    alignas(false_sharing_bytes) worker_loop* home = nullptr;
    queue_hub* hub = nullptr; // the worker's alone: its subscribers, made for the first of them
    queue_tally tally;        // written by the worker
};

// Lives from the making of the queue to the end of its system.
//
// The word that says which workers have subscribers is the one thing that workers share here
// besides their mail. It is the address on the mail, so to speak: written when a worker's first
// subscriber comes and when its last one goes, and else only read. News of subscriptions by message
// instead would reach publishers at different times, so that an actor which subscribes and then
// tells a third one, by way of others, could miss what that one publishes then; and threads that
// are no workers could not get them at all.
class queue_core {
  public:
    static constexpr std::uint64_t one_missed = std::uint64_t{1} << 32;
    static constexpr std::uint64_t under_way_mask = one_missed - 1;

    queue_core(unsigned workers, const message_type* type, std::string_view name,
               const queue_options& options);

    queue_lane& lane(unsigned worker) noexcept { return lanes_[worker]; }

    const queue_options& options() const noexcept { return options_; }

    // Which type of events it has.
    const message_type* type() const noexcept { return type_; }

    // Empty: it has none.
    std::string_view name() const noexcept { return name_; }

    // Bit i: worker i gets the events. relaxed: who was told of a subscription by a message also
    // sees its bit, and with others it is a race by nature.
    std::uint64_t subscribed() const noexcept {
        return subscribed_.load(std::memory_order_relaxed);
    }

    // Worker only: its first subscriber has come, its last one has gone.
    void set_subscribed(unsigned worker, bool any) noexcept;

    // Worker only: an event has arrived for its subscribers. False: it is not for them any more,
    // and has been counted.
    bool arrive(worker_loop& home, fate what) noexcept;
    // Worker only: takes note of what was dropped on the way here; before the number of subscribers
    // changes, because it counts as a dead letter for each of them.
    void count_missed(worker_loop& home) noexcept;
    // Worker only: adds what it has not taken note of yet.
    void add_missed(unsigned worker, worker_counters& to) const noexcept;

    queue_tally& foreign_tally() noexcept { return foreign_; }

    queue_counters counters() const noexcept;

    queue_core* next = nullptr; // of its system

  private:
    friend class publication;

    // Whether lanes know how many events are under way.
    bool counts() const noexcept {
        return options_.limit > 0 || options_.when_full != overflow::refuse;
    }

    std::uint64_t limit() const noexcept {
        return options_.limit > 0 ? options_.limit : under_way_mask;
    }

    const message_type* type_;
    std::string name_;
    queue_options options_;
    unsigned workers_;
    std::unique_ptr<queue_lane[]> lanes_;
    alignas(false_sharing_bytes) std::atomic<std::uint64_t> subscribed_;
    alignas(false_sharing_bytes) queue_tally foreign_; // of threads that are no workers
};

// One call of publish(): whom the event goes to. Places are taken before anything is sent and are
// given back if it is not, so that an event which is refused reaches nobody.
class publication {
  public:
    // `here`: the worker of this thread if it is one of the queue's system, else null. `parcels`:
    // what the event takes in the mail.
    publication(queue_core& queue, worker_loop* here, std::size_t parcels) noexcept;
    ~publication();
    publication(const publication&) = delete;
    publication& operator=(const publication&) = delete;

    // The next worker that the event is for; null: there is none left.
    worker_loop* next() noexcept;

    // Whether the worker that next() gave is the last one.
    bool last() const noexcept { return (left_ & (left_ - 1)) == 0; }

    // Whether the mail of the worker that next() gave has taken the event.
    void sent(bool taken) noexcept;

    // What publish() says.
    bool taken() const noexcept { return taken_; }

  private:
    bool reserve(std::uint64_t whom) noexcept;
    bool take_place(queue_lane& lane) noexcept;
    void miss(queue_lane& lane) noexcept;
    std::uint64_t without_room(std::uint64_t whom, std::size_t parcels) const noexcept;
    void count() noexcept;

    queue_core& queue_;
    worker_loop* here_;
    std::uint64_t left_ = 0;     // who is still to get it
    std::uint64_t reserved_ = 0; // whose place is taken and not yet used
    std::uint64_t sent_ = 0;
    std::uint64_t missed_ = 0; // by how many workers
    bool taken_ = true;
};

// How a message names its queue: by a word, as it would an actor.
inline std::uint64_t to_word(queue_core& queue) noexcept {
    return reinterpret_cast<std::uintptr_t>(&queue);
}

inline queue_core& queue_core_of(std::uint64_t word) noexcept {
    return *reinterpret_cast<queue_core*>(static_cast<std::uintptr_t>(word));
}

} // namespace iapp
