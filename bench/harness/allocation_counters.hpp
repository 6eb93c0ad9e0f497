#pragma once
// What stands behind allocations.hpp, for the files that catch allocations.

#include <cstddef>

namespace bench {

// Counts one. Any thread, at any time, also before main; allocates nothing itself.
void count_allocation(std::size_t bytes) noexcept;

// Counts one made by `new` where malloc, which `new` calls, counts nothing.
void count_new(std::size_t bytes) noexcept;

} // namespace bench
