#pragma once
// Flags that all programs with a system share.

#include "command_line/command_line.hpp"

#include <iapp/actors/system.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace bench {

struct common_options {
    unsigned workers = 8;
    std::string engine;
    iapp::idle_policy idle = {};
    bool pin = false;
    bool json = false;
    std::chrono::nanoseconds duration{0}; // 0: until a signal
    std::chrono::nanoseconds stats{std::chrono::seconds{1}};
};

void add_common(command_line& line, common_options& options);

// A system as the options say. On failure prints why, and gives the exit status in `status`.
std::unique_ptr<iapp::system> make_system(const common_options& options, const std::string& name,
                                          std::uint32_t sockets_max, int& status);

} // namespace bench
