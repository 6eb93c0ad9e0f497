// By the unwinder of the compiler's runtime. Boost.Stacktrace, which asks the same one, does not
// keep whether a frame was called or interrupted, and so names some a line too late.

#include <iapp/reactor/os/stack_frames.hpp>

#include <cstdint>
#include <unwind.h>

namespace iapp::os {

namespace {

struct collection {
    std::span<const void*> frames;
    std::size_t count = 0;
};

_Unwind_Reason_Code add_frame(_Unwind_Context* at, void* to) {
    auto& all = *static_cast<collection*>(to);
    int interrupted = 0;
    std::uintptr_t address = _Unwind_GetIPInfo(at, &interrupted);
    if (address == 0 || all.count == all.frames.size()) {
        return _URC_END_OF_STACK;
    }
    // A call returns behind itself, which may be another line, or another function.
    address -= interrupted != 0 ? 0U : 1U;
    all.frames[all.count++] = reinterpret_cast<const void*>(address);
    return _URC_NO_REASON;
}

} // namespace

[[gnu::noinline]] std::size_t collect_frames(std::span<const void*> frames) noexcept {
    collection all{frames};
    _Unwind_Backtrace(&add_frame, &all);
    return all.count;
}

} // namespace iapp::os
