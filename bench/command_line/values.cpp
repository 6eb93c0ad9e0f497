#include "command_line/values.hpp"

#include <charconv>

namespace bench {

namespace {

struct number_and_unit {
    std::uint64_t whole = 0;
    double fraction = 0;
    std::string unit;

    double number() const { return static_cast<double>(whole) + fraction; }
};

std::optional<number_and_unit> split(const std::string& text) {
    number_and_unit parts;
    const char* end = text.data() + text.size();
    const auto [after, error] = std::from_chars(text.data(), end, parts.whole);
    if (error != std::errc{}) {
        return {};
    }
    const char* unit = after;
    if (after != end && *after == '.') { // a decimal fraction
        double scale = 0.1;
        for (unit = after + 1; unit != end && *unit >= '0' && *unit <= '9'; ++unit, scale /= 10) {
            parts.fraction += scale * (*unit - '0');
        }
    }
    parts.unit.assign(unit, end);
    return parts;
}

} // namespace

std::optional<std::uint64_t> parse_size(const std::string& text) {
    const std::optional<number_and_unit> parts = split(text);
    if (!parts) {
        return {};
    }
    constexpr std::uint64_t kilo = 1024;
    std::uint64_t factor = 1;
    if (parts->unit == "K" || parts->unit == "k" || parts->unit == "KiB") {
        factor = kilo;
    } else if (parts->unit == "M" || parts->unit == "MiB") {
        factor = kilo * kilo;
    } else if (parts->unit == "G" || parts->unit == "GiB") {
        factor = kilo * kilo * kilo;
    } else if (!parts->unit.empty()) {
        return {};
    }
    const auto rest = static_cast<std::uint64_t>(parts->fraction * static_cast<double>(factor));
    if (parts->whole > (UINT64_MAX - rest) / factor) {
        return {};
    }
    return parts->whole * factor + rest;
}

std::optional<std::chrono::nanoseconds> parse_time(const std::string& text) {
    const std::optional<number_and_unit> parts = split(text);
    if (!parts) {
        return {};
    }
    double factor = 1e9;
    if (parts->unit == "ms") {
        factor = 1e6;
    } else if (parts->unit == "m") {
        factor = 60e9;
    } else if (parts->unit != "s" && !parts->unit.empty()) {
        return {};
    }
    constexpr double longest = 9e18; // what nanoseconds can hold
    if (parts->number() * factor > longest) {
        return {};
    }
    return std::chrono::nanoseconds{static_cast<std::int64_t>(parts->number() * factor)};
}

} // namespace bench
