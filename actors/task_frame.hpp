#pragma once
// Memory for the frames of tasks.

#include <cstddef>

namespace iapp {

class worker_loop;

namespace detail {

// From the worker's memory pool. A frame larger than the pool's largest block comes from the system
// heap and is counted (worker_counters::task_frames_large).
void* allocate_frame(worker_loop& home, std::size_t bytes);

// The same from the worker whose turn runs in this thread; a task made elsewhere is a programmer
// error.
void* allocate_frame(std::size_t bytes);

// Gives back what allocate_frame(..., bytes) returned, to the worker that it came from.
void release_frame(void* frame, std::size_t bytes) noexcept;

} // namespace detail
} // namespace iapp
