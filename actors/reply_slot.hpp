#pragma once
// reply_slot: where a thread that is no worker waits for the answer to one request.

#include <optional>
#include <semaphore>

namespace iapp {

// Shared by the one who waits and the message that carries it; whoever lets go last frees it. The
// waiting thread sleeps; the answering one never blocks.
template <class Reply>
class reply_slot {
  public:
    // Worker: answers, or says by an empty answer that there will be none. Once.
    void answer(std::optional<Reply> reply) {
        reply_ = std::move(reply);
        done_.release(); // pairs with the acquire of who waits for answered()
    }

    // For the asker to acquire. If he gives up, the slot stays alive until it is answered after
    // all.
    std::binary_semaphore& answered() noexcept { return done_; }

    // After answered() was acquired.
    std::optional<Reply>& reply() noexcept { return reply_; }

  private:
    std::binary_semaphore done_{0};
    std::optional<Reply> reply_;
};

} // namespace iapp
