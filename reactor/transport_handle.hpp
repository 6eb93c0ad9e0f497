#pragma once
// What stream, listener and watch have in common: naming a record in their worker's table.

#include <iapp/mailbox/slot_table.hpp>
#include <iapp/reactor/address.hpp>
#include <iapp/reactor/result.hpp>

#include <utility>

namespace iapp {

class reactor;
struct transport;

// A name, not a descriptor, so it can be moved freely within its worker; only the worker's thread
// may use it. Empty when default-constructed or moved from.
class transport_handle {
  public:
    // False for an empty handle and once the descriptor is being closed; still true while close()
    // sends what was written.
    bool open() const noexcept { return record() != nullptr; }

    // The bound address, with the port that the system chose where 0 was asked for.
    result<address> local_address() const;

    // Stays the same, and names nothing else, after closing.
    slot_id id() const noexcept { return id_; }

    // Whether it may be used there; an empty one anywhere.
    bool belongs_to(const reactor& worker) const noexcept {
        return home_ == nullptr || home_ == &worker;
    }

  protected:
    transport_handle() noexcept = default;

    transport_handle(reactor* home, slot_id id) noexcept : home_{home}, id_{id} {}

    transport_handle(transport_handle&& other) noexcept
        : home_{std::exchange(other.home_, nullptr)}, id_{std::exchange(other.id_, {})} {}

    transport_handle& operator=(transport_handle&& other) noexcept {
        std::swap(home_, other.home_);
        std::swap(id_, other.id_);
        return *this;
    }

    ~transport_handle() = default;

    // The record, or null when it is gone or closing.
    transport* record() const noexcept;

    // From now on nobody is told anything, not even of an end that is under way. Returns record().
    transport* detach() noexcept;

    reactor* home_ = nullptr;
    slot_id id_;
};

} // namespace iapp
