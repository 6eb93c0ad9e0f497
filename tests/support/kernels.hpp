#pragma once
// Kernels for tests: the real one with something changed.

#include <iapp/reactor/os/system_kernel.hpp>

#include <vector>

namespace iapp::test {

// Passes every call on to the real kernel, whose clock it shows shifted by `ahead`, and remembers
// the descriptors that it gave out, oldest first.
class forwarding_kernel : public kernel {
  public:
    duration ahead{0};
    unsigned clock_readings = 0;
    std::vector<descriptor> opened;
    std::vector<descriptor> connections;

    time_point now() noexcept override {
        ++clock_readings;
        return real_.now() + ahead;
    }

    result<descriptor> open_stream(const address& to, const stream_options& options) override {
        return noted(real_.open_stream(to, options));
    }

    result<descriptor> open_listener(const address& at, const listen_options& options) override {
        return noted(real_.open_listener(at, options));
    }

    void close(descriptor fd) noexcept override { real_.close(fd); }

    void reset_on_close(descriptor fd) noexcept override { real_.reset_on_close(fd); }

    void remove_name(const address& at) noexcept override { real_.remove_name(at); }

    io_result connect(descriptor fd, const address& to) noexcept override {
        return real_.connect(fd, to);
    }

    std::error_code connect_outcome(descriptor fd) noexcept override {
        return real_.connect_outcome(fd);
    }

    accept_result accept(descriptor fd, address& peer) noexcept override {
        const accept_result one = real_.accept(fd, peer);
        if (one.status == io_status::done) {
            connections.push_back(one.connection);
        }
        return one;
    }

    address accepted(descriptor connection) noexcept override {
        connections.push_back(connection);
        return real_.accepted(connection);
    }

    io_result receive(descriptor fd, std::span<std::byte> into) noexcept override {
        return real_.receive(fd, into);
    }

    io_result discard(descriptor fd, std::span<std::byte> scratch) noexcept override {
        return real_.discard(fd, scratch);
    }

    io_result send(descriptor fd,
                   std::span<const std::span<const std::byte>> slices) noexcept override {
        return real_.send(fd, slices);
    }

    std::error_code shutdown_write(descriptor fd) noexcept override {
        return real_.shutdown_write(fd);
    }

    std::error_code set_options(descriptor fd, const stream_options& options) noexcept override {
        return real_.set_options(fd, options);
    }

    result<address> local_address(descriptor fd) noexcept override {
        return real_.local_address(fd);
    }

    result<address> peer_address(descriptor fd) noexcept override { return real_.peer_address(fd); }

    std::uint64_t calls() const noexcept override { return real_.calls(); }

  private:
    result<descriptor> noted(result<descriptor> fd) {
        if (fd) {
            opened.push_back(*fd);
        }
        return fd;
    }

    system_kernel real_;
};

// Time passes only when the test says so.
class stopped_clock_kernel final : public forwarding_kernel {
  public:
    time_point now() noexcept override { return time_point{std::chrono::hours{1}} + ahead; }
};

} // namespace iapp::test
