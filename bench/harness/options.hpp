#pragma once
// Flags that all programs share, and how sizes and times are written.

#include <iapp/actors/system.hpp>

#include <chrono>
#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>

namespace bench {

struct common_options {
    unsigned workers = 8;
    std::string engine;
    bool pin = false;
    bool json = false;
    std::chrono::nanoseconds duration{0}; // 0: until a signal
    std::chrono::nanoseconds stats{std::chrono::seconds{1}};
};

// Exit statuses of all programs.
inline constexpr int exit_ok = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_usage = 2;

// "64K", "1M", "2G" (powers of 1024) or a plain number of bytes; empty when it is none of these.
std::optional<std::uint64_t> parse_size(const std::string& text);
// "250ms", "10s", "2m" or a plain number of seconds.
std::optional<std::chrono::nanoseconds> parse_time(const std::string& text);

// Options whose values are written as above; a wrong one is a usage error that quotes it.
CLI::Option* add_size(CLI::App& app, const std::string& name, std::uint64_t& value,
                      const std::string& help);
CLI::Option* add_time(CLI::App& app, const std::string& name, std::chrono::nanoseconds& value,
                      const std::string& help);

void add_common(CLI::App& app, common_options& options);

// Parses; a value says that the program ends now with that status (--help, or wrong usage, whose
// message has been printed).
std::optional<int> parse(CLI::App& app, int argc, char** argv);

// A system as the options say. On failure prints why, and gives the exit status in `status`.
std::unique_ptr<iapp::system> make_system(const common_options& options, const std::string& name,
                                          std::uint32_t sockets_max, int& status);

} // namespace bench
