#pragma once
// Memory mapped straight from the system, for arenas.

#include <cstddef>
#include <utility>

namespace iapp {

struct page_options {
    bool huge = false;
    bool locked = false;
};

// Owns a mapping; unmaps it at its end. Any thread, one at a time.
class mapped_pages {
  public:
    mapped_pages() noexcept = default;

    // Maps at least `bytes` zeroed bytes, rounded up to the page size in use. Empty when the
    // system has no memory. Wishes that it refuses (huge, locked) make the mapping `degraded`.
    static mapped_pages map(std::size_t bytes, page_options options) noexcept;

    mapped_pages(mapped_pages&& other) noexcept
        : data_{std::exchange(other.data_, nullptr)}, size_{std::exchange(other.size_, 0)},
          degraded_{other.degraded_} {}

    mapped_pages& operator=(mapped_pages&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        std::swap(degraded_, other.degraded_);
        return *this;
    }

    ~mapped_pages();

    std::byte* data() const noexcept { return data_; }

    std::size_t size() const noexcept { return size_; }

    bool degraded() const noexcept { return degraded_; }

  private:
    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
    bool degraded_ = false;
};

} // namespace iapp
