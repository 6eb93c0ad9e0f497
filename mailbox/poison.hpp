#pragma once
// Marks pooled memory as unusable while it is free, so that AddressSanitizer reports a use of it.
// Without AddressSanitizer both functions are empty.

#include <cstddef>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IAPP_HAS_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define IAPP_HAS_ASAN 1
#endif

#if defined(IAPP_HAS_ASAN)
#include <sanitizer/asan_interface.h>
#endif

namespace iapp {

#if defined(IAPP_HAS_ASAN)
inline void poison(const void* memory, std::size_t bytes) noexcept {
    __asan_poison_memory_region(memory, bytes);
}

inline void unpoison(const void* memory, std::size_t bytes) noexcept {
    __asan_unpoison_memory_region(memory, bytes);
}
#else
inline void poison(const void*, std::size_t) noexcept {}

inline void unpoison(const void*, std::size_t) noexcept {}
#endif

} // namespace iapp
