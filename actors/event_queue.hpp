#pragma once
// event_queue: whoever publishes to it reaches all who have subscribed.

#include <iapp/actors/queue_hub.hpp>
#include <iapp/actors/queue_options.hpp>
#include <iapp/actors/system_life.hpp>

#include <type_traits>
#include <utility>

namespace iapp {

namespace detail {
struct queue_access;
}

// Names a queue for events of type T: a plain value of 16 bytes that may be copied, kept, sent
// anywhere and outlive its system. Made by system::make_queue() and context::make_queue(), or found
// by its name with queue(); it exists as long as its system.
//
// A publication sends one message to each worker that has subscribers, with a copy of the event
// that all subscribers of that worker share. So T is copied once a worker, must be copyable, and a
// handler takes it as `const T&` or by value. Those of one publisher arrive in order, with what it
// sends to the same actor otherwise; they overtake what waits for an actor whose mailbox has a
// limit. A subscriber gets every event that is published after its
// subscription, and also one that was on its way to its worker just then.
//
// Each subscriber that is told counts as one message sent and delivered; an event that a limit
// dropped counts as one sent and one dead letter (dropped) for each subscriber of that worker.
template <class T>
class event_queue {
    static_assert(std::is_same_v<T, std::remove_cvref_t<T>>, "an event is a plain value");
    static_assert(std::is_copy_constructible_v<T>,
                  "each subscribed worker gets a copy of an event");
    static_assert(std::is_nothrow_move_constructible_v<T>, "an event moves without an exception");

  public:
    // Names no queue: what is published is refused.
    event_queue() noexcept = default;

    // Any thread; never blocks. True: taken, for whoever has subscribed, if anybody. False: the
    // policy is `refuse` and a subscribed worker is at its limit, or the system stops or has
    // ended, or the handle is empty; nobody gets the event. From a thread that is no worker of the
    // system, false may also mean that some workers get it and others had no room.
    // What copying the event throws goes to the caller; some workers may get it then.
    bool publish(T event) const;

    // Any thread; of an ended system all zero.
    queue_counters counters() const noexcept;

    // Whether it names a queue; its system may have ended all the same.
    explicit operator bool() const noexcept { return core_ != nullptr; }

    friend bool operator==(const event_queue&, const event_queue&) noexcept = default;

  private:
    friend struct detail::queue_access;

    event_queue(system_life* of, queue_core* core) noexcept : life_{of}, core_{core} {}

    system_life* life_ = nullptr;
    queue_core* core_ = nullptr; // lives while the system does
};

// An actor's subscription: keep it in the actor. It ends with cancel(), with the handle or with the
// actor; nothing arrives afterwards, not even what has reached the worker already. Worker's thread
// only.
class [[nodiscard]] subscription {
  public:
    subscription() noexcept = default;

    subscription(subscription&& other) noexcept { take(other); }

    subscription& operator=(subscription&& other) noexcept {
        if (this != &other) {
            cancel();
            take(other);
        }
        return *this;
    }

    ~subscription() { cancel(); }

    void cancel() noexcept {
        if (record_ != nullptr) {
            record_->leave();
        }
    }

    // False: it has ended, or the queue was not one of this system.
    explicit operator bool() const noexcept { return record_ != nullptr; }

  private:
    friend class context;
    friend struct actor_subscription;

    explicit subscription(actor_subscription* record) noexcept : record_{record} {
        record_->handle = this;
    }

    void take(subscription& other) noexcept {
        record_ = std::exchange(other.record_, nullptr);
        if (record_ != nullptr) {
            record_->handle = this;
        }
    }

    actor_subscription* record_ = nullptr;
};

// A callback's subscription on a worker, held by any thread. It ends with cancel() or the handle:
// at once on that worker itself, from other threads when the news gets there.
class [[nodiscard]] worker_subscription {
  public:
    worker_subscription() noexcept = default;

    worker_subscription(worker_subscription&& other) noexcept
        : life_{other.life_}, hub_{std::exchange(other.hub_, nullptr)}, number_{other.number_} {}

    worker_subscription& operator=(worker_subscription&& other) noexcept {
        if (this != &other) {
            cancel();
            life_ = other.life_;
            hub_ = std::exchange(other.hub_, nullptr);
            number_ = other.number_;
        }
        return *this;
    }

    ~worker_subscription() { cancel(); }

    void cancel() noexcept;

    // False: it was cancelled, or refused because the system stops or the queue is not its own.
    explicit operator bool() const noexcept { return hub_ != nullptr; }

  private:
    friend class system;

    worker_subscription(system_life& of, queue_hub& hub, std::uint64_t number) noexcept
        : life_{&of}, hub_{&hub}, number_{number} {}

    system_life* life_ = nullptr;
    queue_hub* hub_ = nullptr; // lives while the system does
    std::uint64_t number_ = 0;
};

} // namespace iapp

#include <iapp/actors/event_queue_templates.hpp>
