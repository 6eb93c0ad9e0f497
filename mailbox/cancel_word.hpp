#pragma once
// cancel_word: the one word on which a posted callback and its cancellation meet.

#include <atomic>
#include <cstdint>

namespace iapp {

// What became of an attempt to cancel.
enum class cancel_result : std::uint8_t { cancelled, too_late };

// Serves one post after the other, told apart by a generation that never returns (2^62 posts).
//
//     free(g) -- take() --> pending(g) -- claim(): to run -----> free(g + 1)
//                              |
//                              +-- cancel() --> cancelled(g) -- claim(): not to run --> free(g + 1)
//
// One compare_exchange each decides between claim() and cancel(), so a post ends as one of the two.
// The memory of a word is never given back to the system while the process lives (cancel_words),
// so a ticket may outlive everything: its generation then matches no more.
template <template <class> class Atomic = std::atomic>
class basic_cancel_word {
  public:
    // Posting thread only, which alone makes a free word pending. False: the word is in use. Else
    // `ticket` names this post for cancel(); claim() must follow on the destination.
    bool take(std::uint64_t& ticket) noexcept {
        // acquire: pairs with claim(); what follows is a new post's.
        const std::uint64_t now = word_.load(std::memory_order_acquire);
        if ((now & state_mask) != free_state) {
            return false;
        }
        ticket = now | pending_state;
        word_.store(ticket, std::memory_order_release); // the mailbox carries it to claim()
        return true;
    }

    // Any thread, at any time.
    cancel_result cancel(std::uint64_t ticket) noexcept {
        std::uint64_t expected = ticket;
        // acq_rel: pairs with claim(), which sees what the canceller did before, and the other way
        // round: who is too late sees what came before the claim.
        return word_.compare_exchange_strong(expected, (ticket & ~state_mask) | cancelled_state,
                                             std::memory_order_acq_rel, std::memory_order_acquire)
                   ? cancel_result::cancelled
                   : cancel_result::too_late;
    }

    // Destination only, once for each take(). True: run it, nobody can cancel it any more. False:
    // it was cancelled. The word is free either way.
    bool claim() noexcept {
        std::uint64_t now = word_.load(std::memory_order_acquire); // pairs with cancel()
        const std::uint64_t next = (now | state_mask) + 1;         // next generation, free
        if ((now & state_mask) == pending_state &&
            word_.compare_exchange_strong(now, next, std::memory_order_acq_rel,
                                          std::memory_order_acquire)) { // pairs with cancel()
            return true;
        }
        word_.store(next, std::memory_order_release); // pairs with take()
        return false;
    }

    // Destination only: whether claim() would say false; it may say so later all the same.
    bool cancelled() const noexcept {
        return (word_.load(std::memory_order_relaxed) & state_mask) == cancelled_state;
    }

  private:
    static constexpr std::uint64_t free_state = 0;
    static constexpr std::uint64_t pending_state = 1;
    static constexpr std::uint64_t cancelled_state = 2;
    static constexpr std::uint64_t state_mask = 3;

    Atomic<std::uint64_t> word_{0};
};

using cancel_word = basic_cancel_word<>;

} // namespace iapp
