#pragma once
// Random numbers for tests that can be replayed: the same seed gives the same numbers with every
// compiler and standard library, which the standard's distributions do not promise.

#include <cstdint>
#include <cstdlib>
#include <random>

namespace iapp::test {

// The seed of this run: IAPP_TEST_SEED, or 1. A random test shows it with
// INFO("IAPP_TEST_SEED=" << seed), so that a failure says how to repeat it.
inline std::uint64_t seed() {
    const char* const text = std::getenv("IAPP_TEST_SEED");
    return text != nullptr ? std::strtoull(text, nullptr, 10) : 1;
}

class random_source {
  public:
    explicit random_source(std::uint64_t seed) : engine_{seed} {}

    // A number from 0 to n - 1. The tiny bias of the remainder does not matter to tests.
    std::uint64_t below(std::uint64_t n) { return engine_() % n; }

    bool one_in(std::uint64_t n) { return below(n) == 0; }

  private:
    std::mt19937_64 engine_;
};

} // namespace iapp::test
