#pragma once
// A first-in first-out list of messages inside one worker.

#include <iapp/mailbox/message.hpp>

#include <cstddef>

namespace iapp {

// Intrusive and without a lock: one thread only. It holds what was accepted elsewhere, so its
// bound is the bound of those who push. Does not destroy what is left: the owner drains it.
class envelope_queue {
  public:
    void push(envelope* message) noexcept {
        message->next = nullptr;
        (tail_ == nullptr ? head_ : tail_->next) = message;
        tail_ = message;
        ++size_;
    }

    // The oldest message, or null.
    envelope* pop() noexcept {
        envelope* message = head_;
        if (message != nullptr) {
            head_ = message->next;
            if (head_ == nullptr) {
                tail_ = nullptr;
            }
            --size_;
        }
        return message;
    }

    // The same, which stays; or null.
    envelope* front() const noexcept { return head_; }

    bool empty() const noexcept { return head_ == nullptr; }

    std::size_t size() const noexcept { return size_; }

  private:
    envelope* head_ = nullptr;
    envelope* tail_ = nullptr;
    std::size_t size_ = 0;
};

} // namespace iapp
