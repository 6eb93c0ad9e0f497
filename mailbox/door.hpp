#pragma once
// The door: where threads that are no workers leave messages for a worker.

#include <iapp/mailbox/message.hpp>

#include <boost/lockfree/queue.hpp>

#include <array>
#include <cstddef>

namespace iapp {

// A message of one parcel or two, on its way through a door.
using door_message = std::array<parcel, 2>;

// A bounded many-producer queue without locks (Michael and Scott's, from Boost.Lockfree). At its
// limit push() refuses and the message still belongs to the caller. All nodes, of 128 bytes, are
// allocated at the start. What is left at the end must have been drained by the owner.
class door {
  public:
    explicit door(std::size_t capacity) : queue_{capacity} {}

    // Any thread. False when the door is full.
    bool push(const door_message& message) noexcept { return queue_.bounded_push(message); }

    // Owner only: the oldest message; false when there is none.
    bool pop(door_message& into) noexcept { return queue_.pop(into); }

  private:
    boost::lockfree::queue<door_message> queue_;
};

} // namespace iapp
