#pragma once
// system_life: what remains of a system when it is gone, so that handles may outlive it.

#include <atomic>
#include <cstdint>

namespace iapp {

// One for each system, of 64 bytes, never freed and never used again. A worker of the system needs
// no look at it, because it ends before its system does; any other thread visits the system.
class alignas(64) system_life {
  public:
    // Any thread: never null, and kept for good.
    static system_life& begin();

    system_life(const system_life&) = delete;
    system_life& operator=(const system_life&) = delete;

    // As long as it exists and says true, the system is not freed. Short: end() waits for it.
    class visit {
      public:
        explicit visit(system_life& whose) noexcept : life_{whose} {
            // seq_cst, as all four accesses here and in end(): either the visitor sees the end, or
            // the end sees the visitor.
            life_.visitors_.fetch_add(1, std::memory_order_seq_cst);
            alive_ = !life_.ended_.load(std::memory_order_seq_cst);
        }

        ~visit() { life_.visitors_.fetch_sub(1, std::memory_order_release); } // pairs with end()

        visit(const visit&) = delete;
        visit& operator=(const visit&) = delete;

        explicit operator bool() const noexcept { return alive_; }

      private:
        system_life& life_;
        bool alive_;
    };

    // Any thread: the system stops, and takes nothing from other threads any more.
    void close() noexcept { closed_.store(true, std::memory_order_release); } // pairs with closed()

    bool closed() const noexcept { return closed_.load(std::memory_order_acquire); }

    // Before the system is freed: no visit begins any more. Waits for those that are under way.
    void end() noexcept;

  private:
    system_life() = default;

    std::atomic<std::uint64_t> visitors_{0};
    std::atomic<bool> closed_{false};
    std::atomic<bool> ended_{false};
    system_life* next_ = nullptr; // of all that ever began
};

} // namespace iapp
