#pragma once
// sim_random: the numbers that decide in a simulation, the same for a seed with every compiler and
// standard library.

#include <cstdint>

namespace iapp {

// splitmix64: small, and good enough to choose among events. Not for secrets. One thread.
class sim_random {
  public:
    explicit constexpr sim_random(std::uint64_t seed) noexcept : state_{seed} {}

    constexpr std::uint64_t next() noexcept {
        state_ += 0x9e3779b97f4a7c15U;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31);
    }

    // A number from 0 to n - 1, and 0 when n is 0. The tiny bias of the remainder does not matter
    // here.
    constexpr std::uint64_t below(std::uint64_t n) noexcept { return n == 0 ? 0 : next() % n; }

    // True so many times in a million. Draws nothing when that is never.
    constexpr bool chance(std::uint32_t per_million) noexcept {
        return per_million != 0 && below(1'000'000) < per_million;
    }

  private:
    std::uint64_t state_;
};

} // namespace iapp
