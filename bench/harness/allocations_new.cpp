// `new` of every kind on malloc's memory; the array and nothrow forms end here through the standard
// library. Defined here so that no preloaded allocator's `new` goes past our malloc.

#include "harness/allocation_counters.hpp"

#include <cstdlib>
#include <new>

namespace {

void* checked(void* memory) {
    if (memory == nullptr) {
        throw std::bad_alloc{};
    }
    return memory;
}

} // namespace

void* operator new(std::size_t bytes) {
    bench::count_new(bytes);
    return checked(std::malloc(bytes > 0 ? bytes : 1));
}

void* operator new(std::size_t bytes, std::align_val_t align) {
    bench::count_new(bytes);
    const auto alignment = static_cast<std::size_t>(align);
    // aligned_alloc wants a multiple of the alignment.
    const std::size_t whole = (bytes + alignment - 1) / alignment * alignment;
    return checked(std::aligned_alloc(alignment, whole > 0 ? whole : alignment));
}

void operator delete(void* memory) noexcept {
    std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

void operator delete(void* memory, std::align_val_t) noexcept {
    std::free(memory);
}

void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    std::free(memory);
}
