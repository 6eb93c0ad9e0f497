#pragma once
// How often the program takes a mutex: for what links iapp_test_locks, which is there on Linux and
// without a sanitizer.

#include <cstdint>

namespace iapp::test {

// Calls of pthread_mutex_lock by all threads since the program began; std::mutex uses it.
std::uint64_t locks_of_process() noexcept;

} // namespace iapp::test
