#pragma once
// overflow: what becomes of a message when the queue that it is for is at its limit.

#include <cstdint>

namespace iapp {

enum class overflow : std::uint8_t {
    refuse,      // it is refused, and its sender is told
    drop_newest, // it is dropped
    drop_oldest, // it is taken, and the one that has waited longest is dropped
};

} // namespace iapp
