#pragma once
// buffer_list: buffers in a row, to be written as if they were one.

#include <iapp/reactor/buffer.hpp>

#include <cstddef>
#include <span>

namespace iapp {

// A first-in first-out list of slices. Its nodes come from the pool of the buffers that it holds,
// so adding and removing allocate nothing from the heap, and an empty list is three words. One
// thread, that of the pool.
class buffer_list {
  public:
    buffer_list() noexcept = default;

    buffer_list(buffer one) { push_back(std::move(one)); } // implicit: a buffer is a list of one

    buffer_list(buffer_list&& other) noexcept;
    buffer_list& operator=(buffer_list&& other) noexcept;

    ~buffer_list() { clear(); }

    // Adds a slice; an empty one is left out.
    void push_back(buffer slice);

    // Moves all of `other` to the end of this list.
    void append(buffer_list&& other) noexcept;

    // Takes `count` bytes, at most size_bytes(), off the front.
    void consume(std::size_t count) noexcept;

    // The first slice of a list that is not empty, left there or taken off it.
    const buffer& front() const noexcept {
        IAPP_CHECK(head_ != nullptr, "only a slice that is there can be seen");
        return head_->slice;
    }

    buffer take_front();

    // Fills `out` with views of the first slices; returns how many. They are valid until the list
    // is changed at its front.
    std::size_t gather(std::span<std::span<const std::byte>> out) const noexcept;

    void clear() noexcept;

    bool empty() const noexcept { return head_ == nullptr; }

    std::size_t size_bytes() const noexcept { return bytes_; }

  private:
    struct node {
        buffer slice;
        node* next;
    };

    void pop_front() noexcept;

    node* head_ = nullptr;
    node* tail_ = nullptr;
    std::size_t bytes_ = 0;
};

} // namespace iapp
