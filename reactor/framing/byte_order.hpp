#pragma once
// Numbers of 1 to 8 bytes in either byte order.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace iapp {

constexpr std::uint64_t load_integer(std::span<const std::byte> from, std::endian order) noexcept {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < from.size(); ++i) {
        const std::size_t at = order == std::endian::big ? i : from.size() - 1 - i;
        value = value << 8 | std::to_integer<std::uint64_t>(from[at]);
    }
    return value;
}

// The low bytes of `value`; whether there are others is the caller's business.
constexpr void store_integer(std::span<std::byte> to, std::endian order,
                             std::uint64_t value) noexcept {
    for (std::size_t i = 0; i < to.size(); ++i, value >>= 8) {
        const std::size_t at = order == std::endian::big ? to.size() - 1 - i : i;
        to[at] = static_cast<std::byte>(value);
    }
}

} // namespace iapp
