#pragma once
// What a program may want to know of its process and its machine.

#include <cstdint>
#include <optional>

namespace iapp::os {

// Open files that the process may have: now, and at most without more rights.
struct descriptor_limit {
    std::uint64_t now = 0;
    std::uint64_t most = 0;
};

// Raises the limit on open files to the most that this process may have; gives what came of it.
descriptor_limit raise_descriptor_limit() noexcept;

// User and system time of the whole process so far.
double cpu_seconds() noexcept;

// Memory that the whole process occupies now, in bytes; 0 when the system does not say.
std::uint64_t resident_bytes() noexcept;

bool is_terminal(int fd) noexcept;

// A setting of the kernel's, with the name under which an operator finds it.
struct kernel_setting {
    const char* name;
    std::optional<std::uint64_t> value; // empty when it cannot be read
};

// How many connections may wait at one listener.
kernel_setting accept_queue_max() noexcept;

// The ports that connecting sockets get; one destination takes one connection for each.
struct port_range {
    const char* name;
    std::uint64_t first = 0;
    std::uint64_t last = 0; // first > last when it cannot be read
};

port_range connecting_ports() noexcept;

} // namespace iapp::os
