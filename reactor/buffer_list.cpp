#include <iapp/reactor/buffer_list.hpp>

#include <iapp/reactor/buffer_pool.hpp>

namespace iapp {

buffer_list::buffer_list(buffer_list&& other) noexcept {
    append(std::move(other));
}

buffer_list& buffer_list::operator=(buffer_list&& other) noexcept {
    if (this != &other) {
        clear();
        append(std::move(other));
    }
    return *this;
}

void buffer_list::push_back(buffer slice) {
    if (slice.empty()) {
        return;
    }
    bytes_ += slice.size();
    memory_pool& nodes = slice.pool()->nodes();
    node* added = nodes.make<node>(node{std::move(slice), nullptr});
    (tail_ == nullptr ? head_ : tail_->next) = added;
    tail_ = added;
}

void buffer_list::append(buffer_list&& other) noexcept {
    if (other.head_ == nullptr) {
        return;
    }
    (tail_ == nullptr ? head_ : tail_->next) = other.head_;
    tail_ = other.tail_;
    bytes_ += other.bytes_;
    other.head_ = other.tail_ = nullptr;
    other.bytes_ = 0;
}

void buffer_list::consume(std::size_t count) noexcept {
    IAPP_CHECK(count <= bytes_, "only bytes that are there can be consumed");
    bytes_ -= count;
    while (count > 0) {
        if (count < head_->slice.size()) {
            head_->slice.remove_prefix(count);
            return;
        }
        count -= head_->slice.size();
        pop_front();
    }
}

buffer buffer_list::take_front() {
    IAPP_CHECK(head_ != nullptr, "only a slice that is there can be taken");
    buffer first = head_->slice;
    bytes_ -= first.size();
    pop_front();
    return first;
}

std::size_t buffer_list::gather(std::span<std::span<const std::byte>> out) const noexcept {
    std::size_t used = 0;
    for (const node* n = head_; n != nullptr && used < out.size(); n = n->next) {
        out[used++] = n->slice.bytes();
    }
    return used;
}

void buffer_list::clear() noexcept {
    while (head_ != nullptr) {
        pop_front();
    }
    bytes_ = 0;
}

void buffer_list::pop_front() noexcept {
    node* gone = head_;
    head_ = gone->next;
    if (head_ == nullptr) {
        tail_ = nullptr;
    }
    gone->slice.pool()->nodes().destroy(gone);
}

} // namespace iapp
