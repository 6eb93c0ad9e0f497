#pragma once
// The usual ways to cut a stream into frames: lines, a length before each, a known number of bytes.

#include <iapp/reactor/framing/framer.hpp>

#include <array>
#include <bit>
#include <cstdint>

namespace iapp {

// Frames that end with "\n" or "\r\n", which are not part of them. A "\r" elsewhere is a byte like
// any other.
class line_framer final : public framer {
  public:
    // Longer lines are frame_error::too_long; the terminator does not count.
    explicit line_framer(std::size_t longest_bytes = 8 * 1024) noexcept : longest_{longest_bytes} {}

  private:
    result<cut> look(std::span<const std::byte> ahead) override;
    void restart() noexcept override;

    std::size_t longest_;
    std::size_t seen_ = 0;  // bytes of this line
    bool carriage_ = false; // the last of them is "\r"
};

// How a length stands before its frame.
struct length_prefix {
    unsigned bytes = 4; // 1, 2, 4 or 8
    std::endian order = std::endian::big;
};

// Frames with their length before them, which counts what follows it. Frames may be empty.
class length_framer final : public framer {
  public:
    // Longer ones are frame_error::too_long, as soon as their prefix is read.
    explicit length_framer(length_prefix prefix = {}, std::uint64_t longest_bytes = 1U << 20);

  private:
    result<cut> look(std::span<const std::byte> ahead) override;
    void restart() noexcept override;

    length_prefix prefix_;
    std::uint64_t longest_;
    std::array<std::byte, 8> length_{};
    unsigned length_bytes_ = 0; // of the prefix that were read
    std::uint64_t missing_ = 0; // of the payload, once the prefix is read
};

// Frames of exactly so many bytes.
class exact_framer final : public framer {
  public:
    // At least 1 byte (checked). It is also the limit.
    explicit exact_framer(std::size_t bytes);

    // The size from the next frame on, between two frames (checked): a header, then its body.
    void expect(std::size_t bytes);

  private:
    result<cut> look(std::span<const std::byte> ahead) override;
    void restart() noexcept override;

    std::size_t size_;
    std::size_t missing_;
};

} // namespace iapp
