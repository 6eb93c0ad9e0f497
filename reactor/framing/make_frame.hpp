#pragma once
// Frames to be written to a stream: the other side of the framers.

#include <iapp/reactor/framing/framers.hpp>

#include <string_view>

namespace iapp {

class buffer_pool;

// `text` and "\n", or another terminator, to be read with a line_framer; whether the text has line
// ends inside is the caller's business. Errors: not_enough_memory when the pool is at its limit,
// value_too_large beyond what one buffer holds.
result<buffer> make_line(buffer_pool& from, std::string_view text,
                         std::string_view terminator = "\n");

// The payload with its length before it, to be read with a length_framer of the same prefix. A list
// is not copied, a text is. Errors as above, and frame_error::not_in_prefix.
result<buffer_list> make_length_frame(buffer_pool& from, length_prefix prefix, buffer_list payload);
result<buffer> make_length_frame(buffer_pool& from, length_prefix prefix, std::string_view payload);

} // namespace iapp
