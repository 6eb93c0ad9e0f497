#pragma once
// How sizes and times are written on the command line, and how a program ends on a wrong one.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// A source that names flags includes CLI11, which takes seconds to compile.
namespace CLI {
class App;
class Option;
} // namespace CLI

namespace bench {

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

// Says on standard error why what was parsed makes no sense; gives the exit status.
int wrong_usage(std::string_view program, std::string_view message);

// Parses; a value says that the program ends now with that status (--help, or wrong usage, whose
// message has been printed).
std::optional<int> parse(CLI::App& app, int argc, char** argv);

} // namespace bench
