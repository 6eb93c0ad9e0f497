#pragma once
// transfer: all that one stream receives, to another.

#include <iapp/actors/task.hpp>
#include <iapp/reactor/clock.hpp>
#include <iapp/reactor/stream.hpp>

#include <cstdint>
#include <type_traits>

namespace iapp {

struct transfer_options {
    // Fails with timed_out when for so long nothing has moved on either stream, in either
    // direction, so that who only downloads through a proxy is not idle. Of a slow reader it sees
    // what leaves for the kernel, and that a part has left only when the time is over, which then
    // may pass twice.
    duration idle = duration::max();
};

static_assert(std::is_trivially_destructible_v<transfer_options>); // see task.hpp

// Passes on what arrives, without copying it, until `from` has no more; returns how many bytes `to`
// has taken. Reads no faster than `to` sends. Leaves both streams open: a half-close crosses a
// proxy by `to.shutdown_write()` afterwards. Both must outlive it.
task<std::uint64_t> transfer(stream& from, stream& to, transfer_options options = {});

} // namespace iapp
