#include "freebsd_sysctl.hpp"

#include <cstddef>

#include <sys/types.h>

#include <sys/sysctl.h>

namespace selftest {

long long system_value(const char* name) {
    long long value = 0;
    std::size_t size = sizeof value;
    if (::sysctlbyname(name, &value, &size, nullptr, 0) != 0) {
        return -1;
    }
    // A 4-byte value lies in the low half: FreeBSD runs little-endian on what we support.
    return size == sizeof(int) ? static_cast<int>(value) : value;
}

} // namespace selftest
