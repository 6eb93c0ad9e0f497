#pragma once
// The stack of the thread that asks, as addresses.

#include <cstddef>
#include <span>

namespace iapp::os {

// Writes where this thread is, in this function, and from where each of these was called, the
// innermost first, as many as there is room for; returns how many. An address is that of the call,
// or, in a function that a signal interrupted, that of the next instruction: both are what
// addr2line is given.
//
// May be called by a signal handler when the process has called it before: the first call may
// allocate and lock. So may later ones of threads that were interrupted within the dynamic loader
// (dlopen) where looking up code takes a lock (not with glibc 2.35 and GCC 12 or newer).
std::size_t collect_frames(std::span<const void*> frames) noexcept;

} // namespace iapp::os
