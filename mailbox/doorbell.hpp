#pragma once
// The doorbell: one word that says who has left mail for a worker and whether the worker sleeps;
// and a second one that says who waits for room.

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace iapp {

// The distance that keeps two threads' data off one cache line, adjacent-line prefetch included.
inline constexpr std::size_t false_sharing_bytes = 128;

// Bits 0 to 61: "worker i has pushed into its ring for me, or made room in my ring to it". Bit 62:
// "a thread that is no worker (or a signal handler) has pushed". Bit 63: "I am asleep or about to
// be".
//
//                     ring(bit)                      ring(bit): caller must wake
//        +---------+ ---------> +----------+      +--------+ ---------> +----------+
//        |  empty  |            |   mail   |      | asleep |            |   mail   |
//        +---------+ <--------- +----------+      +--------+            +----------+
//             |        collect()                      ^   |
//             +---------- try_sleep() ----------------+   +--- collect() ---> empty
//
// Why no wake is lost. Both sides change the one word by read-modify-write operations, so its
// modification order decides. A producer's fetch_or comes either before the owner's successful
// compare_exchange (empty -> asleep) or after it. Before: the bit would make the exchange fail,
// unless the owner has collected it in between, and then the acquire of collect() has seen the
// push that the release of the fetch_or published. After: the producer, or another one before it,
// finds the asleep bit, clears it and wakes the owner; what wakes (EVFILT_USER, eventfd) keeps its
// state until the owner takes it. So each sleep gets exactly one wake and nobody else pays a
// system call. A relaxed look at the word before the fetch_or would bring the lost wake back: the
// load could be satisfied before the push became visible. The owner's look in collect() is another
// matter: what it misses makes try_sleep() fail.
//
// Why nobody waits for room in vain. A sender whose ring is full calls stall(), then ring(), and
// may sleep until it is rung. The ring leaves a bit, so the owner cannot sleep before a collect()
// that takes it, and the acquire of that collect() has seen the stall(): the take_stalled() that
// follows finds the sender and rings it. By then the owner has popped what it could. A second push
// between ring() and sleep only saves a sleep and a wake.
//
// A producer may ring later than it pushes: until then it is to others as if it had not pushed. It
// rings before it sleeps or ends, or it sees that the owner has taken what it pushed.
//
// The owner may also look, by peek() or into the rings themselves, and pop before it has collected:
// the bits stay or are about to come, so a collect(), a drain and a take_stalled() must follow all
// the same before it can sleep.
template <template <class> class Atomic = std::atomic>
class alignas(false_sharing_bytes) basic_doorbell {
  public:
    static constexpr unsigned workers_max = 62;
    static constexpr std::uint64_t foreign = std::uint64_t{1} << 62;
    static constexpr std::uint64_t asleep = std::uint64_t{1} << 63;

    static constexpr std::uint64_t worker_bit(unsigned worker) noexcept {
        return std::uint64_t{1} << worker;
    }

    // Any thread, also a signal handler, after its push. True: the owner slept and the caller, and
    // only the caller, must now wake it.
    bool ring(std::uint64_t bit) noexcept {
        // release: pairs with the acquire in collect(), which then sees the push before it.
        // acquire: pairs with the release of try_sleep(), so that the wake comes after the sleep.
        const std::uint64_t before = word_.fetch_or(bit, std::memory_order_acq_rel);
        if ((before & asleep) == 0) {
            return false;
        }
        return (word_.fetch_and(~asleep, std::memory_order_acq_rel) & asleep) != 0;
    }

    // Any thread: whether the owner was asleep at some moment not long ago. Only ring() knows.
    bool seems_asleep() const noexcept {
        return (word_.load(std::memory_order_relaxed) & asleep) != 0;
    }

    // Owner only: takes all bits and leaves the word empty; the asleep bit is not among them.
    std::uint64_t collect() noexcept {
        if (word_.load(std::memory_order_relaxed) == 0) {
            return 0; // saves the locked instruction
        }
        // acquire: pairs with the release of ring(). release: keeps the owner's earlier reads of
        // the rings before the moment when a producer can see the word empty.
        return word_.exchange(0, std::memory_order_acq_rel) & ~asleep;
    }

    // Owner only: the bits that are there, which stay; collect() must follow in the next turn.
    // acquire: pairs with the release of ring().
    std::uint64_t peek() const noexcept { return word_.load(std::memory_order_acquire) & ~asleep; }

    // Owner only: whether collect() would find something. It decides nothing but whether to look,
    // so it orders nothing.
    bool rung() const noexcept { return (word_.load(std::memory_order_relaxed) & ~asleep) != 0; }

    // Owner only, with all rings it was told of drained. False: there is mail, do not sleep.
    bool try_sleep() noexcept {
        std::uint64_t empty = 0;
        // release: pairs with the acquire of ring(). acquire on failure: pairs with the release of
        // the ring() that left the mail.
        return word_.compare_exchange_strong(empty, asleep, std::memory_order_acq_rel,
                                             std::memory_order_acquire);
    }

    // A sender whose ring to this worker is full, before ring(). release: pairs with the acquire in
    // take_stalled().
    void stall(std::uint64_t bit) noexcept { stalled_.fetch_or(bit, std::memory_order_release); }

    // Owner only, after collect() and after it has popped: who waits for room.
    std::uint64_t take_stalled() noexcept {
        // relaxed: collect() has made visible what must be seen. acquire: pairs with stall().
        return stalled_.load(std::memory_order_relaxed) == 0
                   ? 0
                   : stalled_.exchange(0, std::memory_order_acquire);
    }

  private:
    Atomic<std::uint64_t> word_{0};
    Atomic<std::uint64_t> stalled_{0};
};

using doorbell = basic_doorbell<>;

} // namespace iapp
