#pragma once
// running_note: who runs what on a worker at this moment, for those who watch it.

#include <atomic>
#include <cstdint>
#include <string_view>

namespace iapp {

// Written by the worker before each handler and callback, read by any thread. A watcher that wants
// to know whether a handler is still the same one marks the note: whatever the worker notes next is
// without a mark, so the worker pays nothing for being watched.
class running_note {
  public:
    // Worker. Names of static storage, by their addresses; both null: nothing runs. Without an
    // actor it is a callback.
    void set(const std::string_view* actor, const std::string_view* message) noexcept {
        // Relaxed, because nothing but the static names is read through them.
        actor_.store(reinterpret_cast<std::uintptr_t>(actor), std::memory_order_relaxed);
        message_.store(message, std::memory_order_relaxed);
    }

    const std::string_view* actor() const noexcept {
        return reinterpret_cast<const std::string_view*>(actor_.load(std::memory_order_relaxed) &
                                                         ~marked_bit);
    }

    const std::string_view* message() const noexcept {
        return message_.load(std::memory_order_relaxed);
    }

    // One watcher: marks what is noted now, if anything is.
    void mark() noexcept {
        std::uintptr_t noted = actor_.load(std::memory_order_relaxed);
        if (message() != nullptr) {
            // Orders nothing. When it fails, what the worker noted meanwhile stays.
            actor_.compare_exchange_strong(noted, noted | marked_bit, std::memory_order_relaxed);
        }
    }

    // Whether the worker has noted nothing since mark().
    bool marked() const noexcept {
        return (actor_.load(std::memory_order_relaxed) & marked_bit) != 0;
    }

  private:
    static constexpr std::uintptr_t marked_bit = 1;
    static_assert(alignof(std::string_view) > marked_bit, "the lowest bit of an address is free");

    std::atomic<std::uintptr_t> actor_{0};
    std::atomic<const std::string_view*> message_{nullptr};
};

} // namespace iapp
