#pragma once
// The real kernel.

#include <iapp/reactor/kernel.hpp>

namespace iapp {

// Calls the operating system, and counts the calls. One for each worker.
class system_kernel final : public kernel {
  public:
    time_point now() noexcept override;

    result<descriptor> open_stream(const address& to, const stream_options& options) override;
    result<descriptor> open_listener(const address& at, const listen_options& options) override;
    void close(descriptor fd) noexcept override;
    void reset_on_close(descriptor fd) noexcept override;
    void remove_name(const address& at) noexcept override;

    io_result connect(descriptor fd, const address& to) noexcept override;
    std::error_code connect_outcome(descriptor fd) noexcept override;
    accept_result accept(descriptor fd, address& peer) noexcept override;
    address accepted(descriptor connection) noexcept override;
    io_result receive(descriptor fd, std::span<std::byte> into) noexcept override;
    io_result discard(descriptor fd, std::span<std::byte> scratch) noexcept override;
    io_result send(descriptor fd,
                   std::span<const std::span<const std::byte>> slices) noexcept override;
    std::error_code shutdown_write(descriptor fd) noexcept override;

    std::error_code set_options(descriptor fd, const stream_options& options) noexcept override;
    result<address> local_address(descriptor fd) noexcept override;
    result<address> peer_address(descriptor fd) noexcept override;

    std::uint64_t calls() const noexcept override { return calls_; }

  private:
    io_result receive_with(descriptor fd, std::span<std::byte> into, int flags) noexcept;
    result<descriptor> bind_and_listen(descriptor fd, const address& at,
                                       const listen_options& options);
    std::error_code bind_replacing_stale(descriptor fd, const address& at, bool replace);
    bool nobody_listens(const address& at) noexcept;

    std::uint64_t calls_ = 0;
};

// The error that errno names now.
std::error_code last_error() noexcept;

} // namespace iapp
