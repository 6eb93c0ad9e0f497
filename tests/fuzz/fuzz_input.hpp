#pragma once
// fuzz_input: the bytes that a fuzzer made up, read as decisions.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace iapp::test {

// When the bytes are used up, every decision is 0.
class fuzz_input {
  public:
    fuzz_input(const std::uint8_t* data, std::size_t size) noexcept
        : left_{reinterpret_cast<const char*>(data), size} {}

    // A number from 0 to n - 1, n at most 256.
    unsigned below(unsigned n) noexcept {
        const std::string_view one = take(1);
        return one.empty() ? 0 : static_cast<std::uint8_t>(one.front()) % n;
    }

    // The next bytes, at most so many.
    std::string_view take(std::size_t count) noexcept {
        const std::string_view taken = left_.substr(0, count);
        left_.remove_prefix(taken.size());
        return taken;
    }

    std::string_view rest() noexcept { return take(left_.size()); }

    bool empty() const noexcept { return left_.empty(); }

  private:
    std::string_view left_;
};

} // namespace iapp::test
