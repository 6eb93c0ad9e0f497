#pragma once
// Waiting without sleeping, on machines that may have fewer processors than threads that wait.

#include <thread>

namespace bench {

// Polls until `ready()` is true. After many polls in vain it lets other threads run before each
// next lot, so that two spinning threads on one processor still get on. There is no pause
// instruction in between: it would round a cache line's way up to its own length.
template <class Ready>
void spin_until(Ready&& ready) {
    constexpr unsigned polls_before_yield = 1U << 14; // some tens of microseconds
    for (unsigned polls = 1; !ready(); ++polls) {
        if (polls % polls_before_yield == 0) {
            std::this_thread::yield();
        }
    }
}

} // namespace bench
