#include <iapp/reactor/sim/sim_pipe.hpp>

#include <algorithm>
#include <cstring>

namespace iapp {

std::size_t sim_pipe::write(std::span<const std::span<const std::byte>> slices, std::size_t most) {
    const std::size_t wanted = std::min(most, room());
    std::size_t taken = 0;
    for (const std::span<const std::byte> slice : slices) {
        const std::size_t count = std::min(slice.size(), wanted - taken);
        bytes_.insert(bytes_.end(), slice.begin(),
                      slice.begin() + static_cast<std::ptrdiff_t>(count));
        taken += count;
    }
    written_ += taken;
    return taken;
}

std::size_t sim_pipe::may_depart(std::size_t most) const noexcept {
    const std::uint64_t until = std::min(written_, edge_);
    return until <= departed_
               ? 0
               : static_cast<std::size_t>(std::min<std::uint64_t>(until - departed_, most));
}

std::size_t sim_pipe::read(std::span<std::byte> into, bool discards) noexcept {
    const std::size_t count = std::min(into.size(), readable());
    if (count > 0 && !discards) {
        std::memcpy(into.data(), bytes_.data() + first_, count);
    }
    first_ += count;
    read_ += count;
    if (first_ > bytes_.size() / 2) { // amortised: each byte is moved about once
        bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(first_));
        first_ = 0;
    }
    return count;
}

bool sim_pipe::take_news_of_window(std::uint64_t& edge) noexcept {
    edge = read_ + receive_limit_;
    // Small steps are not worth a message, but a reader that has read all must leave none out: no
    // later reading would tell the sender.
    const std::uint64_t step = readable() == 0 ? 1 : receive_limit_ / 4 + 1;
    if (edge < announced_ + step) {
        return false;
    }
    announced_ = edge;
    return true;
}

} // namespace iapp
