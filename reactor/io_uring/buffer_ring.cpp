#include <iapp/reactor/io_uring/buffer_ring.hpp>

#include <algorithm>

namespace iapp {

namespace {

constexpr unsigned ready_min = 4;
constexpr unsigned ready_at_first = 64;
// Memory that stands ready at most, whatever its use.
constexpr std::size_t ready_max_bytes = std::size_t{16} << 20;
// Bytes that one pass should receive at most into different memory: more than the processor's
// cache holds would be fetched twice. Full buffers are therefore few, sparsely filled ones many.
constexpr std::size_t pass_bytes = std::size_t{512} << 10;
constexpr unsigned passes_between_changes = 256;

} // namespace

buffer_ring::buffer_ring(mapped_pages entries, std::uint32_t bytes, buffer_pool& pool)
    : bytes_{bytes}, pool_{pool}, memory_{std::move(entries)},
      blocks_(capacity), wanted_{static_cast<unsigned>(std::clamp<std::size_t>(
                             pass_bytes / 2 / bytes, ready_min, ready_at_first))} {
    unused_.reserve(capacity);
    for (unsigned id = capacity; id-- > 0;) {
        unused_.push_back(static_cast<std::uint16_t>(id));
    }
}

mapped_pages buffer_ring::register_entries(ring& of, std::uint16_t number) {
    mapped_pages entries = mapped_pages::map(capacity * sizeof(io_uring_buf), {});
    const bool registered =
        entries.size() > 0 && !of.register_buffers(entries.data(), capacity, number);
    return registered ? std::move(entries) : mapped_pages{};
}

buffer_ring::~buffer_ring() {
    for (detail::buffer_block* block : blocks_) {
        if (block != nullptr) {
            pool_.take_back(block);
        }
    }
}

buffer buffer_ring::take(std::uint16_t filled, std::size_t bytes) {
    detail::buffer_block* block = std::exchange(blocks_[filled], nullptr);
    unused_.push_back(filled);
    --ready_;
    ++used_in_pass_;
    item_sum_bytes_ += bytes;
    return pool_.hand_out(block, bytes);
}

void buffer_ring::reuse(std::uint16_t filled) {
    --ready_;
    ++used_in_pass_;
    item_sum_bytes_ += bytes_; // counts as full: it need not be many
    add(filled);
}

void buffer_ring::add(std::uint16_t id) noexcept {
    auto* entries = reinterpret_cast<io_uring_buf_ring*>(memory_.data());
    io_uring_buf_ring_add(entries, blocks_[id]->memory, bytes_, id, capacity - 1,
                          static_cast<int>(added_++));
    ++ready_;
}

bool buffer_ring::refill() {
    adapt();
    while (ready_ < wanted_) {
        detail::buffer_block* block = pool_.lend(bytes_);
        if (block == nullptr) {
            break;
        }
        const std::uint16_t id = unused_.back();
        unused_.pop_back();
        blocks_[id] = block;
        add(id);
    }
    if (added_ > 0) {
        io_uring_buf_ring_advance(reinterpret_cast<io_uring_buf_ring*>(memory_.data()),
                                  static_cast<int>(std::exchange(added_, 0U)));
    }
    return ready_ > 0;
}

void buffer_ring::adapt() noexcept {
    if (used_in_pass_ == 0) {
        return;
    }
    items_ += used_in_pass_;
    peak_ = std::max(peak_, std::exchange(used_in_pass_, 0U));
    if (++passes_ >= passes_between_changes) {
        wanted_ = std::clamp(2 * peak_, ready_min, ready_max());
        passes_ = peak_ = 0;
        items_ /= 2; // older items weigh less
        item_sum_bytes_ /= 2;
    }
}

void buffer_ring::grow() noexcept {
    items_ += used_in_pass_;
    peak_ = std::max(peak_, std::exchange(used_in_pass_, 0U));
    wanted_ = std::clamp(2 * wanted_, ready_min, ready_max());
}

std::size_t buffer_ring::typical_bytes() const noexcept {
    return items_ == 0 ? bytes_ : std::max<std::size_t>(1, item_sum_bytes_ / items_);
}

unsigned buffer_ring::ready_max() const noexcept {
    const std::size_t most = std::clamp<std::size_t>(ready_max_bytes / bytes_, 16, capacity);
    return static_cast<unsigned>(
        std::clamp<std::size_t>(pass_bytes / typical_bytes(), ready_min, most));
}

} // namespace iapp
