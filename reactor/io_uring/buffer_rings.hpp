#pragma once
// buffer_rings: a ring of buffers for each size of items in use.

#include <iapp/reactor/io_uring/buffer_ring.hpp>

#include <memory>
#include <vector>

namespace iapp {

// A buffer of the kernel's choice holds as much as the ring that it comes from was made for, so
// each io size has a ring of its own. Beyond `exact_max` different sizes they share the rings of
// the next smaller power of two, of which there are 21, so that their number is bounded. Where the
// system has no memory for one more (RLIMIT_MEMLOCK counts them), those that there are serve, and
// the first one is made beforehand: so a connection never ends for want of a ring.
class buffer_rings {
  public:
    static constexpr std::size_t exact_max = 64;

    buffer_rings(ring& of, buffer_pool& pool) : ring_{of}, pool_{pool} {}

    // Registers the first ring, whatever its size is going to be. Once, before all else.
    std::error_code reserve();

    // The number of a ring whose items hold at most `bytes` bytes; where the system has no memory
    // for that and none is smaller, those of the ring hold more.
    std::uint16_t number_for(std::uint32_t bytes);

    buffer_ring& operator[](std::uint16_t number) noexcept { return *rings_[number]; }

    auto begin() const noexcept { return rings_.begin(); }

    auto end() const noexcept { return rings_.end(); }

  private:
    std::uint16_t nearest_to(std::uint32_t bytes) const noexcept;

    ring& ring_;
    buffer_pool& pool_;
    mapped_pages reserved_; // of the first ring, until it is made
    std::vector<std::unique_ptr<buffer_ring>> rings_;
};

} // namespace iapp
