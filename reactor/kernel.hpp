#pragma once
// The verbs of the operating system that the reactor needs, as a parameter: the real one is in
// reactor/os/, tests and simulations bring their own.

#include <iapp/reactor/address.hpp>
#include <iapp/reactor/clock.hpp>
#include <iapp/reactor/result.hpp>
#include <iapp/reactor/socket_options.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <system_error>

namespace iapp {

// What the kernel calls an open socket; meaningful to the kernel that gave it only.
using descriptor = int;
inline constexpr descriptor no_descriptor = -1;

enum class io_status : std::uint8_t { done, would_block, failed };

// The outcome of one attempt. A receive that is done with 0 bytes is the end of the stream.
struct io_result {
    io_status status = io_status::done;
    std::size_t bytes = 0;
    std::error_code error = {};
};

struct accept_result {
    io_status status = io_status::done;
    descriptor connection = no_descriptor;
    std::error_code error = {};
};

// One instance for each worker; called by that worker's thread only. No call blocks: sockets are
// made non-blocking and close on exec. Interrupted calls are repeated inside.
class kernel {
  public:
    virtual ~kernel() = default;

    virtual time_point now() noexcept = 0;

    virtual result<descriptor> open_stream(const address& to, const stream_options& options) = 0;
    // Made, tuned, bound and listening.
    virtual result<descriptor> open_listener(const address& at, const listen_options& options) = 0;
    virtual void close(descriptor fd) noexcept = 0;
    // Makes the close() to come send a reset and drop what is queued in the kernel.
    virtual void reset_on_close(descriptor fd) noexcept = 0;
    // For a listener on a Unix path: removes the name, so that nobody finds it any more.
    virtual void remove_name(const address& at) noexcept = 0;

    // done: connected. would_block: under way, to be asked for by connect_outcome() when writable.
    virtual io_result connect(descriptor fd, const address& to) noexcept = 0;
    virtual std::error_code connect_outcome(descriptor fd) noexcept = 0;
    virtual accept_result accept(descriptor fd, address& peer) noexcept = 0;
    // For an engine whose accepting the system does by itself: a connection that it accepted, with
    // the properties that accept() gives. Returns the peer's address, without a name when the peer
    // is gone already.
    virtual address accepted(descriptor connection) noexcept = 0;
    virtual io_result receive(descriptor fd, std::span<std::byte> into) noexcept = 0;
    // Receives and throws away: without a copy (MSG_TRUNC) where the system can, else by way of
    // `scratch`; at most scratch.size() bytes.
    virtual io_result discard(descriptor fd, std::span<std::byte> scratch) noexcept = 0;
    virtual io_result send(descriptor fd,
                           std::span<const std::span<const std::byte>> slices) noexcept = 0;
    virtual std::error_code shutdown_write(descriptor fd) noexcept = 0;

    virtual std::error_code set_options(descriptor fd, const stream_options& options) noexcept = 0;
    virtual result<address> local_address(descriptor fd) noexcept = 0;
    virtual result<address> peer_address(descriptor fd) noexcept = 0;

    // System calls made so far.
    virtual std::uint64_t calls() const noexcept = 0;
};

} // namespace iapp
