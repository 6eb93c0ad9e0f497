#pragma once
// buffer_ring: pooled memory that stands ready for the kernel to receive into.

#include <iapp/mailbox/slot_table.hpp>
#include <iapp/reactor/buffer_pool.hpp>
#include <iapp/reactor/io_uring/ring.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

namespace iapp {

// Connections hold no memory while they wait: the kernel takes a buffer from here when bytes have
// come. How many stand ready follows use: twice what one pass has needed lately, twice as many as
// before when they ran out, between a few and what the limits below allow. An empty ring loses
// nothing: the receive ends, the bytes stay in the socket, and it is begun anew.
class buffer_ring {
  public:
    static constexpr unsigned capacity = 2048;

    // What kernel and we share, registered under a number that no other has; empty when the system
    // has no memory.
    static mapped_pages register_entries(ring& of, std::uint16_t number);

    // For items of exactly `bytes` bytes. The pool outlives it.
    buffer_ring(mapped_pages entries, std::uint32_t bytes, buffer_pool& pool);
    ~buffer_ring();
    buffer_ring(const buffer_ring&) = delete;
    buffer_ring& operator=(const buffer_ring&) = delete;

    // What the kernel filled, by the number of its completion.
    buffer take(std::uint16_t filled, std::size_t bytes);
    // The same where the bytes are not wanted: the memory stands ready again.
    void reuse(std::uint16_t filled);

    // Makes ready what is missing, as far as the pool gives it; false when nothing stands ready.
    bool refill();

    // They ran out.
    void grow() noexcept;

    unsigned ready() const noexcept { return ready_; }

    // Whether items fill their buffers, so that a socket has several of them at once.
    bool bulk() const noexcept { return 2 * typical_bytes() > bytes_; }

    // Whose receives found none, the one that has waited longest in front: when more sockets are
    // full than buffers stand ready, each gets one in its turn.
    std::deque<slot_id> waiting;

    std::uint32_t item_bytes() const noexcept { return bytes_; }

  private:
    void add(std::uint16_t id) noexcept;
    void adapt() noexcept;
    unsigned ready_max() const noexcept;
    std::size_t typical_bytes() const noexcept;

    std::uint32_t bytes_;
    buffer_pool& pool_;
    mapped_pages memory_;                       // of the entries
    std::vector<detail::buffer_block*> blocks_; // by number; null where it is with nobody
    std::vector<std::uint16_t> unused_;         // numbers of these
    unsigned ready_ = 0;                        // filled in and not taken by the kernel yet
    unsigned added_ = 0;                        // filled in and not shown to the kernel yet
    unsigned wanted_;
    // Since wanted_ was decided: the passes, the most that one needed, and what came in.
    unsigned used_in_pass_ = 0;
    unsigned passes_ = 0;
    unsigned peak_ = 0;
    std::uint64_t items_ = 0;
    std::uint64_t item_sum_bytes_ = 0;
};

} // namespace iapp
