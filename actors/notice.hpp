#pragma once
// notice: what one side gives once and a thread waits for.

#include <atomic>
#include <chrono>
#include <semaphore>

namespace iapp {

// One gives, one waits, who may also look now and then.
class notice {
  public:
    // Once; any thread.
    void give() noexcept {
        given_.store(true, std::memory_order_release); // pairs with given()
        wake_.release();                               // pairs with the acquire in wait()
    }

    // Whether it was given; what the giver did before is then visible.
    bool given() const noexcept { return given_.load(std::memory_order_acquire); }

    // Blocks the thread until it is given, at most `time` (more than a hundred years: for ever).
    // True: it was given.
    bool wait(std::chrono::nanoseconds time) {
        if (given()) {
            return true;
        }
        if (time > std::chrono::nanoseconds::max() / 2) { // no clock may count so far
            wake_.acquire();
            return true;
        }
        return wake_.try_acquire_for(time);
    }

  private:
    std::atomic<bool> given_{false};
    std::binary_semaphore wake_{0};
};

} // namespace iapp
