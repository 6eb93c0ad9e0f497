#pragma once
// The door: where threads that are no workers leave messages for a worker.

#include <iapp/mailbox/message.hpp>

#include <boost/lockfree/queue.hpp>

#include <cstddef>

namespace iapp {

// A bounded many-producer queue without locks (Michael and Scott's, from Boost.Lockfree) of
// parcels. At its limit push() refuses and the message still belongs to the caller. All nodes, of
// 128 bytes, are allocated at the start. What is left at the end must have been drained by the
// owner.
class door {
  public:
    explicit door(std::size_t capacity) : queue_{capacity} {}

    // Any thread. False when the door is full.
    bool push(const parcel& message) noexcept { return queue_.bounded_push(message); }

    // Owner only: the oldest message; false when there is none.
    bool pop(parcel& into) noexcept { return queue_.pop(into); }

  private:
    boost::lockfree::queue<parcel> queue_;
};

} // namespace iapp
