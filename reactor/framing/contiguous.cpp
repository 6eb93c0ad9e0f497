#include <iapp/reactor/framing/contiguous.hpp>

#include <iapp/reactor/buffer_pool.hpp>

#include <algorithm>
#include <array>
#include <cstring>

namespace iapp {

result<buffer> contiguous(buffer_list& list) {
    if (list.empty()) {
        return buffer{};
    }
    std::array<std::span<const std::byte>, 2> slices;
    if (list.gather(slices) == 1) {
        return list.take_front();
    }
    if (list.size_bytes() > buffer_pool::largest_bytes) {
        return std::errc::value_too_large;
    }
    buffer one = list.front().pool()->allocate(list.size_bytes());
    if (!one) {
        return std::errc::not_enough_memory;
    }
    for (std::byte* to = one.writable().data(); !list.empty();) {
        const buffer part = list.take_front();
        to = std::copy(part.bytes().begin(), part.bytes().end(), to);
    }
    return one;
}

} // namespace iapp
