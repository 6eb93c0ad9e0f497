#pragma once
// How often the program asks the system's heap for memory.
//
// Link the object library iapp_bench_allocations, directly, into a program or a test: it then
// counts every allocation of every thread, in the library, in the program and in what they use.
// How, and what it sees, depends on the build:
//
//   Linux       malloc, calloc, realloc, aligned forms and `new`; it calls the next malloc there
//   is,
//               so that one put in with LD_PRELOAD is used and counted
//   sanitizers  what AddressSanitizer or ThreadSanitizer sees, which is the same
//   elsewhere   `new` alone (counts_malloc is false)
//
// Freeing is not counted. An allocation costs some ns more than without. Each of the first 255
// threads writes a counter of its own; later ones share one, so they slow each other down.

#include <cstdint>

namespace bench {

struct allocation_count {
    std::uint64_t calls = 0;
    std::uint64_t bytes = 0; // as asked for

    allocation_count operator-(const allocation_count& earlier) const noexcept {
        return {calls - earlier.calls, bytes - earlier.bytes};
    }
};

// Whether malloc is counted as well as `new`.
extern const bool counts_malloc;

// By the calling thread since it began.
allocation_count allocations_of_this_thread() noexcept;

// By all threads since the program began, those that have ended included. While others allocate it
// is a moment's look; exact for what happened before a synchronisation with them.
allocation_count allocations_of_process() noexcept;

// What was allocated since it was made.
class allocation_meter {
  public:
    allocation_count by_this_thread() const noexcept {
        return allocations_of_this_thread() - thread_;
    }

    allocation_count by_process() const noexcept { return allocations_of_process() - process_; }

  private:
    allocation_count process_ = allocations_of_process();
    allocation_count thread_ = allocations_of_this_thread();
};

} // namespace bench
