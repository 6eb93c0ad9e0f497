#pragma once
// sim_failure: what a simulated world throws when something is not as it should be.

#include <cstdint>
#include <stdexcept>
#include <string>

namespace iapp {

// what() names the seed, which replays the run.
class sim_failure : public std::runtime_error {
  public:
    sim_failure(const std::string& what, std::uint64_t seed)
        : std::runtime_error{what}, seed_{seed} {}

    std::uint64_t seed() const noexcept { return seed_; }

  private:
    std::uint64_t seed_;
};

} // namespace iapp
