#pragma once

// Asking the kernel by trying, where no version and no flag tells.

namespace iapp {

// Whether a multishot receive tells the end of a connection whose last bytes and reset came before
// the kernel ran it. Kernels without the correction tell the bytes and wait for ever, because one
// look serves two changes. Asked once in a process, by a connection over the loopback interface;
// false also where there is none.
bool multishot_receive_tells_late_ends();

} // namespace iapp
