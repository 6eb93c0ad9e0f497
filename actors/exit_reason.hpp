#pragma once
// exit_reason: why an actor ended.

#include <cstdint>

namespace iapp {

enum class exit_reason : std::uint8_t {
    stopped,         // it was told to, or said so itself
    failed,          // an exception in its constructor, in a handler, a timer or a task
    killed,          // by force, without handling what it had been sent before
    worker_stopping, // with its system
};

} // namespace iapp
