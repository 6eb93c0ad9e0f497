#pragma once
// actor_queue: the messages that wait for one actor whose mailbox has a limit.

#include <iapp/actors/mailbox_options.hpp>
#include <iapp/mailbox/envelope_queue.hpp>

#include <cstdint>

namespace iapp {

// All messages are for one actor, so each one's `to` tells instead when it came. Its owner handles
// or discards what is left. One worker's.
class actor_queue {
  public:
    explicit actor_queue(const mailbox_options& options) noexcept : options_{options} {}

    overflow when_full() const noexcept { return options_.when_full; }

    // Whether a message has no place.
    bool full(delivery how) const noexcept {
        return how == delivery::limited && limited_.size() >= options_.limit;
    }

    // Whether it is refused, so that its sender is to be told.
    bool refuses(delivery how) const noexcept {
        return full(how) && options_.when_full == overflow::refuse;
    }

    void push(envelope* message, delivery how) noexcept {
        message->to = ++latest_;
        (how == delivery::limited ? limited_ : reserved_).push(message);
    }

    // The oldest message, or null.
    envelope* pop() noexcept {
        const envelope* a = limited_.front();
        const envelope* b = reserved_.front();
        return a != nullptr && (b == nullptr || a->to < b->to) ? limited_.pop() : reserved_.pop();
    }

    // The oldest one whose place was not reserved, or null.
    envelope* pop_limited() noexcept { return limited_.pop(); }

    bool empty() const noexcept { return limited_.empty() && reserved_.empty(); }

    // Whether its actor's turn to handle one has been arranged.
    bool scheduled = false;

  private:
    mailbox_options options_;
    std::uint64_t latest_ = 0;
    envelope_queue limited_;
    envelope_queue reserved_;
};

} // namespace iapp
