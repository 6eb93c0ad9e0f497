#pragma once
// What must add up in the statistics of a system that has stopped.

#include <iapp/testing/stepped_worker.hpp>

#include <span>
#include <string>

namespace iapp::testing {

// A sentence for each thing that does not: messages, posts and operations that have not ended
// exactly once; actors, sockets and buffers that are left over; and, in the workers themselves,
// timers, delayed posts and blocks of their memory pools. Empty when all is well.
std::string books_complaint(const worker_statistics& last, std::span<const stepped_worker> workers);

} // namespace iapp::testing
