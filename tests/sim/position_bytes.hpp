#pragma once
// Bytes that tell their stream and their position in it.

#include <cstddef>
#include <cstdint>
#include <span>

namespace iapp::test {

class position_bytes {
  public:
    explicit position_bytes(std::uint64_t stream) noexcept : stream_{stream} {}

    // Writes those from `position` on.
    void fill(std::span<std::byte> out, std::uint64_t position) const noexcept {
        for (std::byte& each : out) {
            each = at(position++);
        }
    }

    bool match(std::span<const std::byte> bytes, std::uint64_t position) const noexcept {
        for (const std::byte each : bytes) {
            if (each != at(position++)) {
                return false;
            }
        }
        return true;
    }

  private:
    std::byte at(std::uint64_t position) const noexcept {
        const std::uint64_t mixed = (position + 1 + (stream_ << 32)) * 0x9e3779b97f4a7c15U;
        return static_cast<std::byte>((mixed ^ (mixed >> 29)) >> 32);
    }

    std::uint64_t stream_;
};

} // namespace iapp::test
