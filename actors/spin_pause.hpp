#pragma once

// What a spinning thread does between two looks.

namespace iapp {

// Tells the processor that this is a spin loop, so that it leaves the core to its sibling thread
// and is not surprised by the end of the loop.
#if defined(__x86_64__) || defined(__i386__)
inline void spin_pause() noexcept {
    __builtin_ia32_pause();
}
#elif defined(__aarch64__)
inline void spin_pause() noexcept {
    asm volatile("isb" ::: "memory"); // yield is a no-op on most cores; isb waits about as long
}
#else
inline void spin_pause() noexcept {}
#endif

} // namespace iapp
