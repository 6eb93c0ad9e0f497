#pragma once
// stack_probe: the stack of another thread, which that thread takes in the handler of a signal.

#include <iapp/reactor/os/stack_signal.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <pthread.h>
#include <span>

namespace iapp::os {

// Of one thread, and outlives it. Nobody waits: who asks looks again later.
class stack_probe {
  public:
    // Deeper stacks are cut at their outer end.
    static constexpr std::size_t frames_max = 32;

    // Whether the thread still does what the stack is wanted for. That thread calls it, in the
    // handler, so it must be safe there; it says which of the two a late signal has met.
    using condition = bool (*)(const void* of) noexcept;

    enum class state : std::uint8_t {
        idle,
        asked,    // the signal is on its way; it may be for long where the thread blocks it
        taking,   // the thread is in the handler
        taken,    // frames() may be read
        declined, // the thread did something else already
    };

    // Makes the calling thread the one that is asked, as long as it lives there. The thread may end
    // then: nobody signals it any more.
    class presence {
      public:
        explicit presence(stack_probe& of) noexcept;
        ~presence();
        presence(const presence&) = delete;
        presence& operator=(const presence&) = delete;

      private:
        stack_probe& of_;
    };

    stack_probe() = default;
    stack_probe(const stack_probe&) = delete;
    stack_probe& operator=(const stack_probe&) = delete;

    // The following are for one asking thread at a time.

    // Signals the thread. What was taken before is forgotten. `of` is used until the state is none
    // of asked and taking. False: there is no such thread, the system refuses, or what was asked
    // for before is still under way.
    bool ask(const stack_signal& by, condition wanted, const void* of) noexcept;

    // False, and nothing has changed, when it was too late or nothing was asked for.
    bool cancel() noexcept;

    // acquire: pairs with the releases of take().
    state now() const noexcept { return state_.load(std::memory_order_acquire); }

    // When taken, the innermost first. It begins with what the system and its C library need to
    // deliver a signal, commonly one frame, on FreeBSD three, and goes on with the interrupted
    // function.
    std::span<const void* const> frames() const noexcept {
        return std::span{frames_}.subspan(begin_, count_);
    }

    // In the handler. `handler`: an address in it, as collect_frames() gives it.
    void take(const void* handler) noexcept;

  private:
    static constexpr std::size_t own_frames_max = 8; // of the handler's functions

    std::mutex lock_; // of the next two
    bool present_ = false;
    pthread_t thread_{};

    std::atomic<state> state_{state::idle};
    condition wanted_ = nullptr;
    const void* of_ = nullptr;
    std::array<const void*, frames_max + own_frames_max> frames_;
    std::size_t begin_ = 0;
    std::size_t count_ = 0;
};

} // namespace iapp::os
