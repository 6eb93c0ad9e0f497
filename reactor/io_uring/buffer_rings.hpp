#pragma once
// buffer_rings: a ring of buffers for each size of items in use.

#include <iapp/reactor/io_uring/buffer_ring.hpp>

#include <memory>
#include <vector>

namespace iapp {

// A buffer of the kernel's choice holds as much as the ring that it comes from was made for, so
// each io size has a ring of its own. Beyond `exact_max` different sizes they share the rings of
// the next smaller power of two, of which there are 21, so that their number is bounded.
class buffer_rings {
  public:
    static constexpr std::size_t exact_max = 64;

    buffer_rings(ring& of, buffer_pool& pool) : ring_{of}, pool_{pool} {}

    // The number of a ring whose items hold at most `bytes` bytes.
    result<std::uint16_t> number_for(std::uint32_t bytes);

    buffer_ring& operator[](std::uint16_t number) noexcept { return *rings_[number]; }

    auto begin() const noexcept { return rings_.begin(); }

    auto end() const noexcept { return rings_.end(); }

  private:
    ring& ring_;
    buffer_pool& pool_;
    std::vector<std::unique_ptr<buffer_ring>> rings_;
};

} // namespace iapp
