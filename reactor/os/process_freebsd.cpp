// FreeBSD: settings are read by name.

#include <iapp/reactor/os/process.hpp>

#include <sys/types.h>

#include <sys/sysctl.h>
#include <sys/user.h>
#include <unistd.h>

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

std::uint64_t resident_bytes() noexcept {
    int which[] = {CTL_KERN, KERN_PROC, KERN_PROC_PID, ::getpid()};
    kinfo_proc process{};
    std::size_t size = sizeof process;
    if (::sysctl(which, 4, &process, &size, nullptr, 0) != 0) {
        return 0;
    }
    return static_cast<std::uint64_t>(process.ki_rssize) *
           static_cast<std::uint64_t>(::getpagesize());
}

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
