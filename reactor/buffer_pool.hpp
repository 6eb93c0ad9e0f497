#pragma once
// The buffers of one worker, in size classes, out of large mapped arenas.

#include <iapp/mailbox/memory_pool.hpp>
#include <iapp/reactor/buffer.hpp>
#include <iapp/reactor/os/pages.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

namespace iapp {

struct buffer_pool_options {
    // Memory that the pool may map, in bytes; beyond it allocate() gives an empty buffer. Where
    // the system gives less, that is the limit from then on.
    std::size_t limit_bytes = std::size_t{1} << 30;
    // Huge pages spare page faults and TLB misses; locked ones are never swapped out. Both are
    // wishes: where the system refuses, ordinary pages serve and `arenas_degraded` counts it.
    page_options pages = {};
};

// Hands out blocks from free lists, one list for each power of two from 256 bytes to 1 MiB. Arenas
// are mapped when a list is empty and kept until the pool ends. The block freed last is handed out
// first, while it is still in the cache. Belongs to one thread at a time; all its buffers must be
// gone before it is (checked).
class buffer_pool {
  public:
    static constexpr std::size_t smallest_bytes = 256;
    static constexpr std::size_t largest_bytes = std::size_t{1} << 20;

    explicit buffer_pool(buffer_pool_options options = {});
    ~buffer_pool();
    buffer_pool(const buffer_pool&) = delete;
    buffer_pool& operator=(const buffer_pool&) = delete;

    // A buffer of exactly `bytes` (1 to largest_bytes) uninitialised bytes; an empty one when the
    // pool is at its limit.
    buffer allocate(std::size_t bytes);

    // A buffer that holds a copy of `text`; empty at the limit.
    buffer copy(std::string_view text);

    // Whether allocate(bytes) would succeed now.
    bool can_allocate(std::size_t bytes) const noexcept;

    // For an engine that keeps blocks ready for the kernel to fill. A block that is lent holds at
    // least `bytes` bytes and is nobody's buffer yet, so it does not count as outstanding; it comes
    // back as a buffer of its first `bytes` bytes, or unused. Null at the limit, and before it when
    // little is left: the last memory is not for stocks.
    detail::buffer_block* lend(std::size_t bytes);
    buffer hand_out(detail::buffer_block* lent, std::size_t bytes) noexcept;
    void take_back(detail::buffer_block* lent) noexcept;

    std::size_t outstanding() const noexcept { return outstanding_; }

    std::size_t mapped_bytes() const noexcept { return mapped_bytes_; }

    std::size_t arenas_degraded() const noexcept { return arenas_degraded_; }

    // For the nodes of the lists of this worker's buffers.
    memory_pool& nodes() noexcept { return nodes_; }

  private:
    friend void detail::release_block(detail::buffer_block* block) noexcept;

    static constexpr std::size_t classes = 13;
    static constexpr std::size_t arena_bytes = 256 * 1024;

    static std::size_t arena_bytes_for(std::size_t size_class) noexcept;
    bool can_grow(std::size_t size_class) const noexcept;
    bool has_spare(std::size_t size_class, unsigned count) const noexcept;
    detail::buffer_block* take_block(std::size_t size_class);
    bool refill(std::size_t size_class);
    void put_back(detail::buffer_block* block) noexcept;

    buffer_pool_options options_;
    std::array<detail::buffer_block*, classes> free_{};
    std::vector<mapped_pages> arenas_;
    memory_pool nodes_;
    std::size_t outstanding_ = 0;
    std::size_t mapped_bytes_ = 0;
    std::size_t arenas_degraded_ = 0;
};

} // namespace iapp
