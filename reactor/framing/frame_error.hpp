#pragma once
// Why a stream cannot be cut into frames, or a frame not be written.

#include <system_error>

namespace iapp {

enum class frame_error {
    too_long = 1,  // longer than the framer's limit
    not_in_prefix, // a payload whose length the prefix cannot hold
};

// The category "iapp.frame". Any thread.
const std::error_category& frame_category() noexcept;

std::error_code make_error_code(frame_error error) noexcept;

} // namespace iapp

template <>
struct std::is_error_code_enum<iapp::frame_error> : std::true_type {};
