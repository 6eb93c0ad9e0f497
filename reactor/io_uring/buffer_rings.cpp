#include <iapp/reactor/io_uring/buffer_rings.hpp>

#include <algorithm>
#include <bit>

namespace iapp {

result<std::uint16_t> buffer_rings::number_for(std::uint32_t bytes) {
    const auto with = [this](std::uint32_t size) {
        return std::find_if(rings_.begin(), rings_.end(),
                            [=](const auto& one) { return one->item_bytes() == size; });
    };
    auto found = with(bytes);
    if (found == rings_.end() && rings_.size() >= exact_max) {
        bytes = std::bit_floor(bytes);
        found = with(bytes);
    }
    const auto number = static_cast<std::uint16_t>(found - rings_.begin());
    if (found == rings_.end()) {
        result<std::unique_ptr<buffer_ring>> made = buffer_ring::make(ring_, number, bytes, pool_);
        if (!made) {
            return made.error();
        }
        rings_.push_back(std::move(*made));
    }
    return number;
}

} // namespace iapp
