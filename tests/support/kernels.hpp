#pragma once
// Kernels for tests: the real one with something changed.

#include <iapp/reactor/os/system_kernel.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace iapp::test {

// Passes every call on to the real kernel, or another, whose clock it shows shifted by `ahead`, and
// remembers the descriptors that it gave out, oldest first.
class forwarding_kernel : public kernel {
  public:
    explicit forwarding_kernel(std::unique_ptr<kernel> to = std::make_unique<system_kernel>())
        : to_{std::move(to)} {}

    duration ahead{0};
    unsigned clock_readings = 0;
    std::vector<descriptor> opened;
    std::vector<descriptor> connections;

    time_point now() noexcept override {
        ++clock_readings;
        return to_->now() + ahead;
    }

    result<descriptor> open_stream(const address& to, const stream_options& options) override {
        return noted(to_->open_stream(to, options));
    }

    result<descriptor> open_listener(const address& at, const listen_options& options) override {
        return noted(to_->open_listener(at, options));
    }

    void close(descriptor fd) noexcept override { to_->close(fd); }

    void reset_on_close(descriptor fd) noexcept override { to_->reset_on_close(fd); }

    void remove_name(const address& at) noexcept override { to_->remove_name(at); }

    io_result connect(descriptor fd, const address& to) noexcept override {
        return to_->connect(fd, to);
    }

    std::error_code connect_outcome(descriptor fd) noexcept override {
        return to_->connect_outcome(fd);
    }

    accept_result accept(descriptor fd, address& peer) noexcept override {
        const accept_result one = to_->accept(fd, peer);
        if (one.status == io_status::done) {
            connections.push_back(one.connection);
        }
        return one;
    }

    address accepted(descriptor connection) noexcept override {
        connections.push_back(connection);
        return to_->accepted(connection);
    }

    io_result receive(descriptor fd, std::span<std::byte> into) noexcept override {
        return to_->receive(fd, into);
    }

    io_result discard(descriptor fd, std::span<std::byte> scratch) noexcept override {
        return to_->discard(fd, scratch);
    }

    io_result send(descriptor fd,
                   std::span<const std::span<const std::byte>> slices) noexcept override {
        return to_->send(fd, slices);
    }

    std::error_code shutdown_write(descriptor fd) noexcept override {
        return to_->shutdown_write(fd);
    }

    std::error_code set_options(descriptor fd, const stream_options& options) noexcept override {
        return to_->set_options(fd, options);
    }

    result<address> local_address(descriptor fd) noexcept override {
        return to_->local_address(fd);
    }

    result<address> peer_address(descriptor fd) noexcept override { return to_->peer_address(fd); }

    std::uint64_t calls() const noexcept override { return to_->calls(); }

  private:
    result<descriptor> noted(result<descriptor> fd) {
        if (fd) {
            opened.push_back(*fd);
        }
        return fd;
    }

    std::unique_ptr<kernel> to_;
};

// Time passes only when the test says so.
class stopped_clock_kernel final : public forwarding_kernel {
  public:
    time_point now() noexcept override { return time_point{std::chrono::hours{1}} + ahead; }
};

} // namespace iapp::test
