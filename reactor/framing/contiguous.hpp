#pragma once
// One buffer with the bytes of a list.

#include <iapp/reactor/buffer_list.hpp>
#include <iapp/reactor/result.hpp>

namespace iapp {

// Takes the bytes off the list and gives them as one buffer: the only one of the list itself, or a
// copy of several from the pool of the first. Errors, which leave the list as it is:
// not_enough_memory when the pool is at its limit, value_too_large beyond what one buffer holds.
result<buffer> contiguous(buffer_list& list);

} // namespace iapp
