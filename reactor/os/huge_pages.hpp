#pragma once
// How a mapping is made of huge pages: superpage alignment on FreeBSD, advice on Linux.

#include <sys/mman.h>

#include <cstddef>

namespace iapp::os {

#if defined(MAP_ALIGNED_SUPER)
// mmap(2) of FreeBSD: an aligned mapping is promoted to superpages as it is touched.
inline constexpr int huge_page_mmap_flags = MAP_ALIGNED_SUPER;

inline bool ask_for_huge_pages(void*, std::size_t) noexcept {
    return true;
}
#else
inline constexpr int huge_page_mmap_flags = 0;

// madvise(2) of Linux: EINVAL where the kernel was built without transparent huge pages.
inline bool ask_for_huge_pages(void* memory, std::size_t bytes) noexcept {
    return ::madvise(memory, bytes, MADV_HUGEPAGE) == 0;
}
#endif

} // namespace iapp::os
