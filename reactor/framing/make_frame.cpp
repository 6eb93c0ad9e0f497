#include <iapp/reactor/framing/make_frame.hpp>

#include <iapp/reactor/buffer_pool.hpp>
#include <iapp/reactor/framing/byte_order.hpp>
#include <iapp/reactor/framing/frame_error.hpp>

#include <algorithm>
#include <array>
#include <initializer_list>

namespace iapp {

namespace {

// The texts in a row, in one buffer.
result<buffer> joined(buffer_pool& from, std::initializer_list<std::string_view> parts) {
    std::size_t bytes = 0;
    for (const std::string_view part : parts) {
        bytes += part.size();
    }
    if (bytes > buffer_pool::largest_bytes) {
        return std::errc::value_too_large;
    }
    if (bytes == 0) {
        return buffer{};
    }
    buffer made = from.allocate(bytes);
    if (!made) {
        return std::errc::not_enough_memory;
    }
    auto* to = reinterpret_cast<char*>(made.writable().data());
    for (const std::string_view part : parts) {
        to = std::copy(part.begin(), part.end(), to);
    }
    return made;
}

// A length as it stands before its frame.
class prefix_text {
  public:
    prefix_text(length_prefix prefix, std::uint64_t length) noexcept : bytes_{prefix.bytes} {
        IAPP_CHECK(std::has_single_bit(bytes_) && bytes_ <= text_.size(),
                   "a length prefix has 1, 2, 4 or 8 bytes");
        const unsigned bits = 8 * bytes_;
        fits_ = bits == 64 || length >> bits == 0;
        store_integer({text_.data(), bytes_}, prefix.order, length);
    }

    bool fits() const noexcept { return fits_; }

    std::string_view text() const noexcept {
        return {reinterpret_cast<const char*>(text_.data()), bytes_};
    }

  private:
    std::array<std::byte, 8> text_{};
    unsigned bytes_;
    bool fits_ = false;
};

} // namespace

result<buffer> make_line(buffer_pool& from, std::string_view text, std::string_view terminator) {
    return joined(from, {text, terminator});
}

result<buffer_list> make_length_frame(buffer_pool& from, length_prefix prefix,
                                      buffer_list payload) {
    const prefix_text length{prefix, payload.size_bytes()};
    if (!length.fits()) {
        return frame_error::not_in_prefix;
    }
    result<buffer> head = joined(from, {length.text()});
    if (!head) {
        return head.error();
    }
    buffer_list frame{std::move(*head)};
    frame.append(std::move(payload));
    return frame;
}

result<buffer> make_length_frame(buffer_pool& from, length_prefix prefix,
                                 std::string_view payload) {
    const prefix_text length{prefix, payload.size()};
    if (!length.fits()) {
        return frame_error::not_in_prefix;
    }
    return joined(from, {length.text(), payload});
}

} // namespace iapp
