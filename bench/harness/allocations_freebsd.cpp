// Where malloc is left alone.

#include "harness/allocation_counters.hpp"
#include "harness/allocations.hpp"

namespace bench {

const bool counts_malloc = false;

void count_new(std::size_t bytes) noexcept {
    count_allocation(bytes);
}

} // namespace bench
