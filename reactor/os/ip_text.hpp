#pragma once
// IP addresses and interfaces as text. Any thread.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace iapp::os {

// The whole text as an address in the usual notation, nothing else around it; no names.
std::optional<std::array<std::uint8_t, 4>> parse_ipv4(std::string_view text);
std::optional<std::array<std::uint8_t, 16>> parse_ipv6(std::string_view text);

std::string ipv4_text(std::span<const std::uint8_t, 4> ip);
std::string ipv6_text(std::span<const std::uint8_t, 16> ip);

// The number of a network interface of this machine, looked up by its name at this moment.
std::optional<std::uint32_t> interface_number(std::string_view name);

} // namespace iapp::os
