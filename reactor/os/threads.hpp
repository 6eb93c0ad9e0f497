#pragma once
// Names and processors of threads.

#include <string>
#include <vector>

namespace iapp::os {

// For debuggers and top; cut to what the system keeps (15 characters on Linux, 19 on FreeBSD).
void name_this_thread(const std::string& name) noexcept;

// The processors that this process may use, in ascending order; empty when the system won't say.
std::vector<int> usable_processors();

// False when the system refuses.
bool pin_this_thread(int processor) noexcept;

} // namespace iapp::os
