#pragma once
// frame_assembly: the bytes of one frame, put together from the buffers in which they came.

#include <iapp/reactor/buffer_list.hpp>

#include <cstddef>
#include <span>

namespace iapp {

// Shares the buffers it is given, so nothing is copied, with one exception that bounds its memory:
// a part that fills less than a quarter of its buffer is copied to the end of the frame, unless it
// is the first. So a frame that dribbles in takes at most ten times its own size and two buffers,
// and not a whole receive buffer for each byte. One thread, that of the pool.
class frame_assembly {
  public:
    void add(buffer part);

    // Drops the last byte, which was added before.
    void drop_last() noexcept;

    std::size_t size_bytes() const noexcept {
        return settled_.size_bytes() + last_.size() + copied_bytes_;
    }

    // The frame; this is empty again.
    buffer_list take();

  private:
    bool append_copy(std::span<const std::byte> part);
    void settle();

    buffer_list settled_;
    // At most one of the two is in use: the last part as it came, or a chunk of copies with room.
    buffer last_;
    buffer chunk_;
    std::size_t copied_bytes_ = 0;  // at the front of chunk_
    std::size_t copied_before_ = 0; // in earlier chunks of this frame
};

} // namespace iapp
