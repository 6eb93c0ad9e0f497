#pragma once
// Remote callbacks: what is posted to a worker, and the handle that can cancel it.

#include <iapp/mailbox/cancel_words.hpp>
#include <iapp/mailbox/message.hpp>

#include <cstdint>

namespace iapp {

// Names a post: a plain value of 16 bytes that may outlive the callback, its worker and its system.
class post_handle {
  public:
    // Names nothing: what a refused post gives.
    post_handle() noexcept = default;

    post_handle(cancel_word& word, std::uint64_t ticket) noexcept : word_{&word}, ticket_{ticket} {}

    // Whether the post was accepted: it then ends as exactly one of ran, cancelled, dropped (its
    // worker has stopped).
    explicit operator bool() const noexcept { return word_ != nullptr; }

    // Any thread, best effort, one compare_exchange: cancelled - the callback will not run - or
    // too_late - it runs, has run, was cancelled before or dropped. The callback itself is
    // destroyed on its worker, later.
    cancel_result cancel() const noexcept {
        return word_ == nullptr ? cancel_result::too_late : word_->cancel(ticket_);
    }

  private:
    cancel_word* word_ = nullptr;
    std::uint64_t ticket_ = 0;
};

// A post travels like a message; what stands in `to` is its cancel word.
inline std::uint64_t to_word(cancel_word& word) noexcept {
    static_assert(sizeof(&word) <= sizeof(std::uint64_t));
    return reinterpret_cast<std::uintptr_t>(&word);
}

inline cancel_word& cancel_word_of(std::uint64_t to) noexcept {
    return *reinterpret_cast<cancel_word*>(static_cast<std::uintptr_t>(to));
}

} // namespace iapp
