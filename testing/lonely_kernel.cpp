#include <iapp/testing/lonely_kernel.hpp>

namespace iapp {

namespace {

std::error_code network_down() noexcept {
    return std::make_error_code(std::errc::network_down);
}

} // namespace

result<descriptor> lonely_kernel::open_stream(const address&, const stream_options&) {
    return network_down();
}

result<descriptor> lonely_kernel::open_listener(const address&, const listen_options&) {
    return network_down();
}

io_result lonely_kernel::connect(descriptor, const address&) noexcept {
    return {io_status::failed, 0, network_down()};
}

std::error_code lonely_kernel::connect_outcome(descriptor) noexcept {
    return network_down();
}

accept_result lonely_kernel::accept(descriptor, address&) noexcept {
    return {io_status::failed, no_descriptor, network_down()};
}

io_result lonely_kernel::receive(descriptor, std::span<std::byte>) noexcept {
    return {io_status::failed, 0, network_down()};
}

io_result lonely_kernel::discard(descriptor, std::span<std::byte>) noexcept {
    return {io_status::failed, 0, network_down()};
}

io_result lonely_kernel::send(descriptor, std::span<const std::span<const std::byte>>) noexcept {
    return {io_status::failed, 0, network_down()};
}

std::error_code lonely_kernel::shutdown_write(descriptor) noexcept {
    return network_down();
}

std::error_code lonely_kernel::set_options(descriptor, const stream_options&) noexcept {
    return network_down();
}

result<address> lonely_kernel::local_address(descriptor) noexcept {
    return network_down();
}

result<address> lonely_kernel::peer_address(descriptor) noexcept {
    return network_down();
}

} // namespace iapp
