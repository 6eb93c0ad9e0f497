#pragma once
// How long a cache line travels: the unit of everything that crosses between two threads.

#include "harness/processor_pair.hpp"

#include <cstddef>
#include <string_view>

namespace bench {

// What a line that two processors write in turn is padded to: adjacent lines are fetched in pairs
// on current x86 (Intel's optimisation manual, "spatial prefetcher"), and arm64 has 128-byte lines.
inline constexpr std::size_t cache_line_bytes = 128;

// Nanoseconds in which a cache line goes to the other processor and back: two threads take turns in
// writing one word, without sleeping. The median of several batches; takes up to 100 ms. 0 with one
// processor, where no line travels.
//
// Virtual machines are moved between processors: measure before and after a case, and compare
// figures only within a class.
double cache_line_round_trip_ns(const processor_pair& processors);

// "smt" (two threads of one core), "near" (cores that share a cache), "far", or "none" for 0. The
// borders lie half way, geometrically, between what was seen of each: about 50, 150 and 620 ns.
std::string_view cache_line_class(double round_trip_ns) noexcept;

} // namespace bench
