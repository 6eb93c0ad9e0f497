#include <iapp/reactor/io_uring/buffer_rings.hpp>

#include <algorithm>
#include <bit>

namespace iapp {

std::error_code buffer_rings::reserve() {
    reserved_ = buffer_ring::register_entries(ring_, 0);
    return reserved_.size() > 0 ? std::error_code{}
                                : std::make_error_code(std::errc::not_enough_memory);
}

std::uint16_t buffer_rings::number_for(std::uint32_t bytes) {
    const auto with = [this](std::uint32_t size) {
        return std::find_if(rings_.begin(), rings_.end(),
                            [=](const auto& one) { return one->item_bytes() == size; });
    };
    auto found = with(bytes);
    if (found == rings_.end() && rings_.size() >= exact_max) {
        bytes = std::bit_floor(bytes);
        found = with(bytes);
    }
    if (found == rings_.end()) {
        const auto next = static_cast<std::uint16_t>(rings_.size());
        mapped_pages entries =
            next == 0 ? std::move(reserved_) : buffer_ring::register_entries(ring_, next);
        if (entries.size() == 0) {
            return nearest_to(bytes);
        }
        rings_.push_back(std::make_unique<buffer_ring>(std::move(entries), bytes, pool_));
        return next;
    }
    return static_cast<std::uint16_t>(found - rings_.begin());
}

// The largest one whose items are smaller, else the smallest one.
std::uint16_t buffer_rings::nearest_to(std::uint32_t bytes) const noexcept {
    const auto better = [bytes](const auto& one, const auto& other) {
        const bool fits = one->item_bytes() < bytes;
        if (fits != (other->item_bytes() < bytes)) {
            return fits;
        }
        return fits ? one->item_bytes() > other->item_bytes()
                    : one->item_bytes() < other->item_bytes();
    };
    return static_cast<std::uint16_t>(std::min_element(rings_.begin(), rings_.end(), better) -
                                      rings_.begin());
}

} // namespace iapp
