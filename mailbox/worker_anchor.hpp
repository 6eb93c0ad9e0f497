#pragma once
// worker_anchor: what is left of a worker for those who know its name when it has ended.

#include <iapp/mailbox/doorbell.hpp>

#include <atomic>
#include <cstdint>
#include <span>

namespace iapp {

// The memory of an anchor is never given back or used again while the process lives, 256 bytes of
// each worker that ever was; so its address names the worker for ever, and a name that dangles
// cannot be made. A thread that is none of the system's workers visits the worker between enter()
// and leave(). close() makes enter() fail and waits for those who are inside. Visitors and close()
// modify one word, so either the visitor finds it closed or close() finds the visitor: no fence is
// needed.
class alignas(false_sharing_bytes) worker_anchor {
  public:
    worker_anchor() = default;
    worker_anchor(const worker_anchor&) = delete;
    worker_anchor& operator=(const worker_anchor&) = delete;

    // The anchors of the workers of one system, closed, by index.
    static std::span<worker_anchor> make(unsigned workers);

    // Any thread. Two workers belong to one system when these are equal.
    const worker_anchor* system() const noexcept { return system_; }

    unsigned index() const noexcept { return index_; }

    // Before anybody else knows of the anchor.
    void open(void* worker) noexcept {
        worker_ = worker;
        visits_.store(0, std::memory_order_release); // pairs with enter()
    }

    // Any thread: the worker, which stays until leave(); null, and no leave(), after close().
    void* enter() noexcept {
        // acquire: pairs with open(). A visitor that is counted before the fetch_or of close() is
        // seen by it, a later one sees the bit.
        if ((visits_.fetch_add(visit, std::memory_order_acquire) & closed) == 0) {
            return worker_;
        }
        leave();
        return nullptr;
    }

    void leave() noexcept {
        visits_.fetch_sub(visit, std::memory_order_release); // pairs with close()
    }

    // The worker for those who know that it lives: its own system's threads and who owns the
    // system. Null when it has ended.
    void* worker() const noexcept {
        return (visits_.load(std::memory_order_acquire) & closed) == 0 ? worker_ : nullptr;
    }

    // One thread, before the worker is destroyed: waits for visitors, who push a message and leave.
    void close() noexcept;

  private:
    static constexpr std::uint64_t closed = 1;
    static constexpr std::uint64_t visit = 2;

    const worker_anchor* system_ = nullptr;
    unsigned index_ = 0;
    void* worker_ = nullptr;
    // Visitors write it, while the system's own workers read the rest.
    alignas(false_sharing_bytes) std::atomic<std::uint64_t> visits_{closed};
};

} // namespace iapp
