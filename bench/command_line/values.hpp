#pragma once
// How sizes and times are written on the command line.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace bench {

// "64K", "1M", "2G" (powers of 1024) or a plain number of bytes; empty when it is none of these.
std::optional<std::uint64_t> parse_size(const std::string& text);
// "250ms", "10s", "2m" or a plain number of seconds.
std::optional<std::chrono::nanoseconds> parse_time(const std::string& text);

} // namespace bench
