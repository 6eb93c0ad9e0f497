#pragma once
// sim_kernel: the system calls of one worker on a simulated host.

#include <iapp/reactor/kernel.hpp>
#include <iapp/reactor/sim/sim_network.hpp>

namespace iapp {

// Interrupted calls do not show, as with every kernel: they are repeated inside.
class sim_kernel final : public kernel {
  public:
    sim_kernel(sim_network& network, sim_host host, const sim_program& program) noexcept;

    time_point now() noexcept override { return network_.now(); }

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
    static io_result failed(std::error_code why) noexcept { return {io_status::failed, 0, why}; }

    static io_result failed(std::errc why) noexcept { return failed(sim_error(why)); }

    // One end of a connection, by its descriptor.
    struct place {
        sim_connection* c = nullptr;
        unsigned end = 0;

        sim_end& mine() const noexcept { return c->ends[end]; }

        sim_end& other() const noexcept { return c->ends[1 - end]; }

        explicit operator bool() const noexcept { return c != nullptr; }
    };

    // Nothing for a descriptor that is not open, or whose process is dead.
    place find(descriptor fd) noexcept;
    sim_listener* find_listener(descriptor fd) noexcept;
    bool is_dead() noexcept;

    std::error_code shortage();
    io_result receive_with(descriptor fd, std::span<std::byte> into, bool discards) noexcept;
    io_result connect_unix(sim_connection& c, const address& to);
    void announce_later(const place& at);

    sim_network& network_;
    sim_host host_;
    sim_program program_;
    std::uint64_t calls_ = 0;
};

} // namespace iapp
