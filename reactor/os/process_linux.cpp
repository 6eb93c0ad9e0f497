// Linux: settings are files.

#include <iapp/reactor/os/process.hpp>

#include <unistd.h>

#include <fstream>

namespace iapp::os {

std::uint64_t resident_bytes() noexcept {
    std::uint64_t pages_in_all = 0;
    std::uint64_t pages_resident = 0;
    if (std::ifstream{"/proc/self/statm"} >> pages_in_all >> pages_resident) {
        return pages_resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    }
    return 0;
}

kernel_setting accept_queue_max() noexcept {
    kernel_setting setting{"net.core.somaxconn", {}};
    std::uint64_t value = 0;
    if (std::ifstream{"/proc/sys/net/core/somaxconn"} >> value) {
        setting.value = value;
    }
    return setting;
}

port_range connecting_ports() noexcept {
    port_range range{"net.ipv4.ip_local_port_range", 1, 0};
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    if (std::ifstream{"/proc/sys/net/ipv4/ip_local_port_range"} >> first >> last) {
        range.first = first;
        range.last = last;
    }
    return range;
}

} // namespace iapp::os
