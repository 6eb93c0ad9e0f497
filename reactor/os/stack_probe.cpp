#include <iapp/reactor/os/stack_probe.hpp>

#include <iapp/reactor/os/stack_frames.hpp>

#include <algorithm>
#include <csignal>
#include <signal.h>

namespace iapp::os {

namespace {

// What the handler finds its thread by. initial-exec: memory for others may be allocated at the
// first use, which is then in the handler.
[[gnu::tls_model("initial-exec")]] constinit thread_local stack_probe* of_this_thread = nullptr;

} // namespace

void take_stack_here(void*) noexcept {
    if (of_this_thread != nullptr) {
        // Behind the call, as any return address.
        of_this_thread->take(static_cast<const char*>(__builtin_return_address(0)) - 1);
    }
}

stack_probe::presence::presence(stack_probe& of) noexcept : of_{of} {
    const std::lock_guard hold{of_.lock_};
    of_this_thread = &of_;
    of_.thread_ = ::pthread_self();
    of_.present_ = true;
}

stack_probe::presence::~presence() {
    const std::lock_guard hold{of_.lock_};
    of_this_thread = nullptr;
    of_.present_ = false;
}

bool stack_probe::ask(const stack_signal& by, condition wanted, const void* of) noexcept {
    const state before = now();
    if (before == state::asked || before == state::taking) {
        return false;
    }
    wanted_ = wanted;
    of_ = of;
    state_.store(state::asked, std::memory_order_release); // pairs with the acquire of take()
    const std::lock_guard hold{lock_};                     // the thread stays
    const bool sent = present_ && ::pthread_kill(thread_, by.number()) == 0;
    return sent || !cancel();
}

bool stack_probe::cancel() noexcept {
    state expected = state::asked;
    // Relaxed: what the handler reads is not written again before it is asked again.
    return state_.compare_exchange_strong(expected, state::idle, std::memory_order_relaxed);
}

void stack_probe::take(const void* handler) noexcept {
    state expected = state::asked;
    // acquire: pairs with the release of ask(). Fails for signals of others, and for a late one.
    if (!state_.compare_exchange_strong(expected, state::taking, std::memory_order_acquire,
                                        std::memory_order_relaxed)) {
        return;
    }
    // Both releases pair with the acquire of now().
    if (!wanted_(of_)) {
        state_.store(state::declined, std::memory_order_release);
        return;
    }
    const auto end = frames_.begin() + static_cast<std::ptrdiff_t>(collect_frames(frames_));
    const auto own = std::find(frames_.begin(), end, handler);
    const auto first = own == end ? frames_.begin() : own + 1;
    begin_ = static_cast<std::size_t>(first - frames_.begin());
    count_ = std::min(static_cast<std::size_t>(end - first), frames_max);
    state_.store(state::taken, std::memory_order_release);
}

} // namespace iapp::os
