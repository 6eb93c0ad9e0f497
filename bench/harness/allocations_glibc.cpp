// malloc and its kin on Linux: counted, then passed on to the next definition that the dynamic
// linker finds. That is the C library's, or one that LD_PRELOAD put in between.

#include "harness/allocation_counters.hpp"
#include "harness/allocations.hpp"

#include <dlfcn.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace bench {

const bool counts_malloc = true;

void count_new(std::size_t) noexcept {} // malloc counts it

namespace {

// Looked up at first use, which is before main and so before there is a second thread. dlsym may
// allocate then: such calls come here again while `looking_up`, and get memory from a small arena
// that is never freed.
struct next_allocator {
    void* (*malloc)(std::size_t) = nullptr;
    void* (*calloc)(std::size_t, std::size_t) = nullptr;
    void* (*realloc)(void*, std::size_t) = nullptr;
    void* (*aligned_alloc)(std::size_t, std::size_t) = nullptr;
    int (*posix_memalign)(void**, std::size_t, std::size_t) = nullptr;
    void (*free)(void*) = nullptr;
};

constinit next_allocator next{};
constinit bool looking_up = false;

alignas(std::max_align_t) constinit std::byte arena[4096]{};
constinit std::size_t arena_used = 0;

bool in_arena(const void* memory) noexcept {
    const auto at = reinterpret_cast<std::uintptr_t>(memory);
    const auto begin = reinterpret_cast<std::uintptr_t>(arena);
    return at >= begin && at < begin + sizeof arena;
}

// Zeroed memory, or null when the arena is used up.
void* from_arena(std::size_t bytes) noexcept {
    constexpr std::size_t step = alignof(std::max_align_t);
    const std::size_t whole = (bytes + step - 1) / step * step;
    if (whole > sizeof arena - arena_used) {
        return nullptr;
    }
    void* memory = arena + arena_used;
    arena_used += whole;
    return memory;
}

template <class Function>
void look_up(Function*& function, const char* name) noexcept {
    function = reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
    if (function == nullptr) {
        std::abort(); // nothing can be said without memory
    }
}

// True when the next allocator may be called.
bool found() noexcept {
    if (next.malloc != nullptr) [[likely]] {
        return true;
    }
    if (looking_up) {
        return false;
    }
    looking_up = true;
    next_allocator all;
    look_up(all.calloc, "calloc");
    look_up(all.realloc, "realloc");
    look_up(all.aligned_alloc, "aligned_alloc");
    look_up(all.posix_memalign, "posix_memalign");
    look_up(all.free, "free");
    look_up(all.malloc, "malloc");
    next = all;
    looking_up = false;
    return true;
}

} // namespace

} // namespace bench

using bench::next;

extern "C" {

void* malloc(std::size_t bytes) noexcept {
    if (!bench::found()) {
        return bench::from_arena(bytes);
    }
    bench::count_allocation(bytes);
    return next.malloc(bytes);
}

void* calloc(std::size_t count, std::size_t bytes) noexcept {
    if (!bench::found()) {
        return bench::from_arena(count * bytes);
    }
    bench::count_allocation(count * bytes);
    return next.calloc(count, bytes);
}

void* realloc(void* memory, std::size_t bytes) noexcept {
    if (!bench::found() || bench::in_arena(memory)) {
        std::abort(); // the dynamic linker does not grow what it got while it looked up
    }
    bench::count_allocation(bytes);
    return next.realloc(memory, bytes);
}

void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
    bench::found();
    bench::count_allocation(bytes);
    return next.aligned_alloc(alignment, bytes);
}

int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) noexcept {
    bench::found();
    bench::count_allocation(bytes);
    return next.posix_memalign(memory, alignment, bytes);
}

void free(void* memory) noexcept {
    if (memory != nullptr && !bench::in_arena(memory) && bench::found()) {
        next.free(memory);
    }
}

} // extern "C"
