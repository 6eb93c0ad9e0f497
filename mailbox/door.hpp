#pragma once
// The door: where other threads leave messages for a worker.

#include <iapp/mailbox/envelope.hpp>

#include <boost/lockfree/queue.hpp>

#include <cstddef>

namespace iapp {

// A bounded many-producer queue without locks (Michael and Scott's, from Boost.Lockfree). At its
// limit push() refuses and the caller keeps the message. Its nodes are allocated at the start.
// What is left at the end must have been drained by the owner.
class door {
  public:
    explicit door(std::size_t capacity) : queue_{capacity} {}

    // Any thread. False when the door is full; the message then still belongs to the caller.
    bool push(envelope* message) noexcept { return queue_.bounded_push(message); }

    // Owner only: the oldest message, or null.
    envelope* pop() noexcept {
        envelope* message = nullptr;
        queue_.pop(message);
        return message;
    }

  private:
    boost::lockfree::queue<envelope*> queue_;
};

} // namespace iapp
