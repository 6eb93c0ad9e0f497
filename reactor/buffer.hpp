#pragma once
// buffer: a counted slice of pooled memory, the only kind of memory that I/O operations take.

#include <iapp/mailbox/check.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

namespace iapp {

class buffer_pool;

namespace detail {

// One piece of pooled memory; the header lives apart from its bytes, so that the bytes stay
// aligned. The count is not atomic: a block belongs to one worker.
struct buffer_block {
    std::byte* memory;
    buffer_pool* pool;
    buffer_block* next_free;
    std::uint32_t references;
    std::uint32_t size_class;
};

void release_block(buffer_block* block) noexcept;

} // namespace detail

// A view of some bytes of a block, together with a share in keeping the block alive. Copies share
// the bytes; when the last copy goes, the block returns to its pool. Use it, and let it go, on the
// thread of its pool only.
class buffer {
  public:
    buffer() noexcept = default;

    buffer(const buffer& other) noexcept
        : block_{other.block_}, offset_{other.offset_}, size_{other.size_} {
        if (block_ != nullptr) {
            ++block_->references;
        }
    }

    buffer(buffer&& other) noexcept
        : block_{std::exchange(other.block_, nullptr)}, offset_{std::exchange(other.offset_, 0)},
          size_{std::exchange(other.size_, 0)} {}

    buffer& operator=(buffer other) noexcept {
        std::swap(block_, other.block_);
        std::swap(offset_, other.offset_);
        std::swap(size_, other.size_);
        return *this;
    }

    ~buffer() {
        if (block_ != nullptr && --block_->references == 0) {
            detail::release_block(block_);
        }
    }

    std::size_t size() const noexcept { return size_; }

    bool empty() const noexcept { return size_ == 0; }

    // The memory that this buffer keeps from its pool, however few of it are in its view.
    std::size_t block_bytes() const noexcept;

    const std::byte* data() const noexcept {
        return block_ == nullptr ? nullptr : block_->memory + offset_;
    }

    std::span<const std::byte> bytes() const noexcept { return {data(), size()}; }

    std::string_view text() const noexcept {
        return {reinterpret_cast<const char*>(data()), size()};
    }

    // False for a default-constructed buffer, and for what a pool at its limit returned.
    explicit operator bool() const noexcept { return block_ != nullptr; }

    // The bytes, to be written to. Only the sole holder may write: others would see it happen.
    std::span<std::byte> writable() noexcept {
        IAPP_CHECK(block_ == nullptr || block_->references == 1, "a shared buffer is read-only");
        return {block_ == nullptr ? nullptr : block_->memory + offset_, size_};
    }

    // A slice that shares the block: `count` bytes from `from` on, both within size().
    buffer slice(std::size_t from, std::size_t count) const noexcept {
        IAPP_CHECK(from <= size_ && count <= size_ - from, "a slice lies within its buffer");
        buffer part{*this};
        part.offset_ += static_cast<std::uint32_t>(from);
        part.size_ = static_cast<std::uint32_t>(count);
        return part;
    }

    buffer first(std::size_t count) const noexcept { return slice(0, count); }

    // Drops bytes at the front or keeps only the first `count`; no copy.
    void remove_prefix(std::size_t count) noexcept {
        IAPP_CHECK(count <= size_, "only bytes that are there can be removed");
        offset_ += static_cast<std::uint32_t>(count);
        size_ -= static_cast<std::uint32_t>(count);
    }

    void truncate(std::size_t count) noexcept {
        IAPP_CHECK(count <= size_, "a buffer does not grow");
        size_ = static_cast<std::uint32_t>(count);
    }

    buffer_pool* pool() const noexcept { return block_ == nullptr ? nullptr : block_->pool; }

  private:
    friend class buffer_pool;

    buffer(detail::buffer_block* block, std::size_t size) noexcept
        : block_{block}, size_{static_cast<std::uint32_t>(size)} {}

    detail::buffer_block* block_ = nullptr;
    std::uint32_t offset_ = 0;
    std::uint32_t size_ = 0;
};

} // namespace iapp
