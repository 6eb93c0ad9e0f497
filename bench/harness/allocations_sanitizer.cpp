// Under AddressSanitizer or ThreadSanitizer, whose own malloc must stay in place and calls this.

#include "harness/allocation_counters.hpp"
#include "harness/allocations.hpp"

// <sanitizer/allocator_interface.h>, which GCC does not install.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*malloc_hook)(const volatile void*,
                                                                             std::size_t),
                                                         void (*free_hook)(const volatile void*));

namespace bench {

const bool counts_malloc = true;

namespace {

void on_malloc(const volatile void*, std::size_t bytes) {
    count_allocation(bytes);
}

void on_free(const volatile void*) {}

// Allocations before this is initialised are not seen: those of main and later are.
[[maybe_unused]] const int installed =
    __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);

} // namespace

} // namespace bench
