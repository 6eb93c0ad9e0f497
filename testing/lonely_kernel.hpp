#pragma once
// lonely_kernel: a kernel without a network, under a clock that somebody else moves.

#include <iapp/reactor/kernel.hpp>

namespace iapp {

// Nothing can be opened: every attempt fails with network_down.
class lonely_kernel final : public kernel {
  public:
    // `clock` outlives the kernel.
    explicit lonely_kernel(const time_point& clock) noexcept : clock_{clock} {}

    time_point now() noexcept override { return clock_; }

    result<descriptor> open_stream(const address&, const stream_options&) override;
    result<descriptor> open_listener(const address&, const listen_options&) override;

    void close(descriptor) noexcept override {}

    void reset_on_close(descriptor) noexcept override {}

    void remove_name(const address&) noexcept override {}

    io_result connect(descriptor, const address&) noexcept override;
    std::error_code connect_outcome(descriptor) noexcept override;
    accept_result accept(descriptor, address&) noexcept override;

    address accepted(descriptor) noexcept override { return {}; }

    io_result receive(descriptor, std::span<std::byte>) noexcept override;
    io_result discard(descriptor, std::span<std::byte>) noexcept override;
    io_result send(descriptor, std::span<const std::span<const std::byte>>) noexcept override;
    std::error_code shutdown_write(descriptor) noexcept override;
    std::error_code set_options(descriptor, const stream_options&) noexcept override;
    result<address> local_address(descriptor) noexcept override;
    result<address> peer_address(descriptor) noexcept override;

    std::uint64_t calls() const noexcept override { return 0; }

  private:
    const time_point& clock_;
};

} // namespace iapp
