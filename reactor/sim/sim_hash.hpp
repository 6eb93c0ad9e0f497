#pragma once
// sim_hash: what happened in a simulation, as one number.

#include <bit>
#include <cstdint>

namespace iapp {

// Two runs that took the same steps in the same order have the same value, on every compiler.
// Whoever adds must not add what differs from run to run, such as addresses of memory.
class sim_hash {
  public:
    constexpr void add(std::uint64_t what) noexcept {
        value_ = std::rotl(value_ ^ (what * 0x9e3779b97f4a7c15U), 27) * 0xc2b2ae3d27d4eb4fU + 1;
        ++steps_;
    }

    constexpr std::uint64_t value() const noexcept { return value_; }

    // How much was added so far.
    constexpr std::uint64_t steps() const noexcept { return steps_; }

  private:
    std::uint64_t value_ = 0x6961707073696d31U;
    std::uint64_t steps_ = 0;
};

} // namespace iapp
