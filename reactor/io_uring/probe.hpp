#pragma once
// Asking the kernel by trying, where no version and no flag tells.

#include <system_error>

namespace iapp {

// Whether a multishot receive tells the end of a connection whose last bytes and reset came before
// the kernel ran it. Kernels without the correction tell the bytes and wait for ever, because one
// look serves two changes: not_supported. Tried by a connection over the loopback interface, until
// there is an answer, which holds for the process; other errors say what kept it from being tried.
std::error_code multishot_receive_tells_late_ends();

} // namespace iapp
