#pragma once
// A first-in first-out list of messages inside one worker.

#include <iapp/mailbox/message.hpp>

#include <cstddef>

namespace iapp {

// Intrusive and without a lock: one thread only. It holds what was accepted elsewhere, so its
// bound is the bound of those who push. Does not destroy what is left: the owner drains it.
class envelope_queue {
  public:
    envelope_queue() = default;
    envelope_queue(const envelope_queue&) = delete;
    envelope_queue& operator=(const envelope_queue&) = delete;

    void push(envelope* message) noexcept {
        message->next = nullptr;
        *end_ = message;
        end_ = &message->next;
        ++size_;
    }

    // The oldest message, or null.
    envelope* pop() noexcept {
        envelope* message = head_;
        if (message != nullptr) {
            head_ = message->next;
            if (head_ == nullptr) {
                end_ = &head_;
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
    envelope** end_ = &head_; // where the pointer to the next one goes
    std::size_t size_ = 0;
};

} // namespace iapp
