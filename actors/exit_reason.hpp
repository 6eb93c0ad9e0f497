#pragma once
// exit_reason: why an actor ended.

#include <cstdint>
#include <string_view>

namespace iapp {

enum class exit_reason : std::uint8_t {
    stopped,         // it was told to, or said so itself
    failed,          // an exception in its constructor, in a handler, a timer or a task
    killed,          // by force, without handling what it had been sent before
    worker_stopping, // with its system
    gone,            // it had ended before anybody asked, and nobody knows why
};

// Why the children of an actor end that ends for that reason: those of one that failed have not
// failed themselves.
constexpr exit_reason for_children(exit_reason why) noexcept {
    return why == exit_reason::failed ? exit_reason::stopped : why;
}

// "stopped", for people.
constexpr std::string_view name_of(exit_reason why) noexcept {
    constexpr std::string_view names[] = {"stopped", "failed", "killed", "worker stopping", "gone"};
    return names[static_cast<std::size_t>(why)];
}

} // namespace iapp
