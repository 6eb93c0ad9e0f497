#pragma once

namespace selftest {

// An integer sysctl of 4 or 8 bytes; -1 when this kernel has none of that name.
long long system_value(const char* name);

} // namespace selftest
