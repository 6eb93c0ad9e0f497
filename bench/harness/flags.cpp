#include "harness/flags.hpp"

#include <charconv>
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <iostream>

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

template <class Value, class Parse>
CLI::Option* add_parsed(CLI::App& app, const std::string& name, Value& value,
                        const std::string& help, const std::string& type, Parse parse) {
    return app
        .add_option_function<std::string>(
            name,
            [&value, name, type, parse](const std::string& text) {
                const auto parsed = parse(text);
                if (!parsed) {
                    throw CLI::ValidationError(name, fmt::format("\"{}\" is not a {}", text, type));
                }
                value = *parsed;
            },
            help)
        ->type_name(type);
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

CLI::Option* add_size(CLI::App& app, const std::string& name, std::uint64_t& value,
                      const std::string& help) {
    return add_parsed(app, name, value, help, "SIZE", parse_size);
}

CLI::Option* add_time(CLI::App& app, const std::string& name, std::chrono::nanoseconds& value,
                      const std::string& help) {
    return add_parsed(app, name, value, help, "TIME", parse_time);
}

int wrong_usage(std::string_view program, std::string_view message) {
    std::cerr << program << ": " << message << '\n';
    return exit_usage;
}

std::optional<int> parse(CLI::App& app, int argc, char** argv) {
    try {
        app.parse(argc, argv);
        return {};
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? exit_ok : exit_usage;
    }
}

} // namespace bench
