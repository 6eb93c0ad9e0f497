#include <iapp/reactor/framing/framers.hpp>

#include <iapp/reactor/framing/byte_order.hpp>
#include <iapp/reactor/framing/frame_error.hpp>

#include <algorithm>
#include <cstring>

namespace iapp {

result<framer::cut> line_framer::look(std::span<const std::byte> ahead) {
    const void* const end = std::memchr(ahead.data(), '\n', ahead.size());
    const std::size_t count =
        end == nullptr
            ? ahead.size()
            : static_cast<std::size_t>(static_cast<const std::byte*>(end) - ahead.data());
    const bool before = carriage_;
    if (count > 0) {
        carriage_ = ahead[count - 1] == std::byte{'\r'};
    }
    seen_ += count;
    // A "\r" at the end may belong to the terminator.
    if (seen_ - (carriage_ ? 1 : 0) > longest_) {
        return frame_error::too_long;
    }
    if (end == nullptr) {
        return cut{.keep = count};
    }
    if (count == 0) {
        return cut{.skip = 1, .unkeep = before, .complete = true};
    }
    const std::size_t terminator = carriage_ ? 1 : 0;
    return cut{.keep = count - terminator, .skip = terminator + 1, .complete = true};
}

void line_framer::restart() noexcept {
    seen_ = 0;
    carriage_ = false;
}

length_framer::length_framer(length_prefix prefix, std::uint64_t longest_bytes)
    : prefix_{prefix}, longest_{longest_bytes} {
    IAPP_CHECK(std::has_single_bit(prefix.bytes) && prefix.bytes <= 8,
               "a length prefix has 1, 2, 4 or 8 bytes");
}

result<framer::cut> length_framer::look(std::span<const std::byte> ahead) {
    if (length_bytes_ < prefix_.bytes) {
        const std::size_t count =
            std::min<std::size_t>(ahead.size(), prefix_.bytes - length_bytes_);
        std::copy_n(ahead.begin(), count, length_.begin() + length_bytes_);
        length_bytes_ += static_cast<unsigned>(count);
        if (length_bytes_ < prefix_.bytes) {
            return cut{.skip = count};
        }
        missing_ = load_integer({length_.data(), prefix_.bytes}, prefix_.order);
        if (missing_ > longest_) {
            return frame_error::too_long;
        }
        return cut{.skip = count, .complete = missing_ == 0};
    }
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(ahead.size(), missing_));
    missing_ -= count;
    return cut{.keep = count, .complete = missing_ == 0};
}

void length_framer::restart() noexcept {
    length_bytes_ = 0;
    missing_ = 0;
}

exact_framer::exact_framer(std::size_t bytes) : size_{bytes}, missing_{bytes} {
    IAPP_CHECK(bytes > 0, "a frame of known size has at least one byte");
}

void exact_framer::expect(std::size_t bytes) {
    IAPP_CHECK(bytes > 0, "a frame of known size has at least one byte");
    IAPP_CHECK(missing_ == size_, "the size changes between two frames");
    size_ = missing_ = bytes;
}

result<framer::cut> exact_framer::look(std::span<const std::byte> ahead) {
    const std::size_t count = std::min(ahead.size(), missing_);
    missing_ -= count;
    return cut{.keep = count, .complete = missing_ == 0};
}

void exact_framer::restart() noexcept {
    missing_ = size_;
}

} // namespace iapp
