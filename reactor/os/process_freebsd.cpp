// FreeBSD: settings are read by name.

#include <iapp/reactor/os/process.hpp>

#include <sys/types.h>

#include <sys/sysctl.h>

namespace iapp::os {

namespace {

std::optional<std::uint64_t> read_setting(const char* name) noexcept {
    int value = 0; // all that are read here are ints
    std::size_t size = sizeof value;
    if (::sysctlbyname(name, &value, &size, nullptr, 0) != 0 || value < 0) {
        return {};
    }
    return static_cast<std::uint64_t>(value);
}

} // namespace

kernel_setting accept_queue_max() noexcept {
    return {"kern.ipc.soacceptqueue", read_setting("kern.ipc.soacceptqueue")};
}

port_range connecting_ports() noexcept {
    port_range range{"net.inet.ip.portrange.first", 1, 0};
    const std::optional<std::uint64_t> first = read_setting("net.inet.ip.portrange.first");
    const std::optional<std::uint64_t> last = read_setting("net.inet.ip.portrange.last");
    if (first && last) {
        range.first = *first;
        range.last = *last;
    }
    return range;
}

} // namespace iapp::os
