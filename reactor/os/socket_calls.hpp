#pragma once
// The system calls of a stream's every byte, by the cheapest way there is into the system.

#include <iapp/reactor/kernel.hpp>

#include <sys/types.h>

namespace iapp::os {

// As recv(2) and send(2) of a single piece: -1 and errno when they fail.
ssize_t receive_once(descriptor fd, std::span<std::byte> into, int flags) noexcept;
ssize_t send_once(descriptor fd, std::span<const std::byte> data) noexcept;

} // namespace iapp::os
