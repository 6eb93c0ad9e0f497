#include <iapp/reactor/framing/frame_assembly.hpp>

#include <iapp/reactor/buffer_pool.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace iapp {

void frame_assembly::add(buffer part) {
    if (part.empty()) {
        return;
    }
    const bool sparse = part.size() < part.block_bytes() / 4;
    if (sparse && size_bytes() > 0) {
        const std::size_t room = chunk_.size() - copied_bytes_;
        if (room < part.size()) {
            settle();
            // As large as all copies before, so that chunks are few and mostly full.
            const std::size_t wanted =
                std::clamp(copied_before_, buffer_pool::smallest_bytes, std::size_t{64} * 1024);
            chunk_ = part.pool()->allocate(std::max(wanted, part.size()));
        }
        if (append_copy(part.bytes())) {
            return;
        } // else the pool is at its limit: then the part stays where it is
    }
    settle();
    last_ = std::move(part);
}

bool frame_assembly::append_copy(std::span<const std::byte> part) {
    if (!chunk_) {
        return false;
    }
    std::memcpy(chunk_.writable().data() + copied_bytes_, part.data(), part.size());
    copied_bytes_ += part.size();
    return true;
}

// What the last part was joins the frame's list.
void frame_assembly::settle() {
    settled_.push_back(std::move(last_));
    last_ = {};
    chunk_.truncate(copied_bytes_);
    settled_.push_back(std::move(chunk_));
    chunk_ = {};
    copied_before_ += std::exchange(copied_bytes_, 0);
}

void frame_assembly::drop_last() noexcept {
    if (copied_bytes_ > 0) {
        --copied_bytes_;
    } else {
        last_.truncate(last_.size() - 1);
    }
}

buffer_list frame_assembly::take() {
    settle();
    copied_before_ = 0;
    return std::move(settled_);
}

} // namespace iapp
