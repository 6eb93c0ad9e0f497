#pragma once
// reply_slot: where a thread that is no worker waits for the answer to one request.

#include <iapp/actors/notice.hpp>

#include <optional>
#include <utility>

namespace iapp {

// Shared by the one who waits and the message that carries it; whoever lets go last frees it. The
// waiting thread sleeps; the answering one never blocks.
template <class Reply>
class reply_slot {
  public:
    // Worker: answers, or says by an empty answer that there will be none. Once.
    void answer(std::optional<Reply> reply) {
        reply_ = std::move(reply);
        answered_.give();
    }

    // What the asker waits for. If he gives up, the slot stays alive until it is answered after
    // all.
    notice& answered() noexcept { return answered_; }

    // After answered() was given.
    std::optional<Reply>& reply() noexcept { return reply_; }

  private:
    notice answered_;
    std::optional<Reply> reply_;
};

} // namespace iapp
