#include <iapp/reactor/address.hpp>

#include <iapp/reactor/address_error.hpp>
#include <iapp/reactor/os/ip_text.hpp>

#include <algorithm>
#include <type_traits>

namespace iapp {

static_assert(std::is_trivially_copyable_v<address> && sizeof(address) <= 128);

address address::ipv4(const ipv4_bytes& ip, std::uint16_t port) noexcept {
    address a;
    a.family_ = address_family::ipv4;
    a.size_ = static_cast<std::uint8_t>(ip.size());
    a.port_ = port;
    std::copy(ip.begin(), ip.end(), a.bytes_.begin());
    return a;
}

address address::ipv6(const ipv6_bytes& ip, std::uint16_t port, std::uint32_t scope) noexcept {
    address a;
    a.family_ = address_family::ipv6;
    a.size_ = static_cast<std::uint8_t>(ip.size());
    a.port_ = port;
    a.scope_ = scope;
    std::copy(ip.begin(), ip.end(), a.bytes_.begin());
    return a;
}

result<address> address::unix_path(std::string_view path) {
    if (path.empty()) {
        return address_error::empty_path;
    }
    if (path.find('\0') != std::string_view::npos) {
        return address_error::bad_path;
    }
    if (path.size() > path_max) {
        return address_error::path_too_long;
    }
    address a = unix_unnamed();
    a.size_ = static_cast<std::uint8_t>(path.size());
    std::copy(path.begin(), path.end(), a.bytes_.begin());
    return a;
}

address address::unix_unnamed() noexcept {
    address a;
    a.family_ = address_family::unix_path;
    return a;
}

address address::with_port(std::uint16_t port) const noexcept {
    address a = *this;
    if (family_ == address_family::ipv4 || family_ == address_family::ipv6) {
        a.port_ = port;
    }
    return a;
}

std::span<const std::uint8_t> address::ip() const noexcept {
    if (family_ == address_family::unix_path) {
        return {};
    }
    return {bytes_.data(), size_};
}

std::string_view address::path() const noexcept {
    if (family_ != address_family::unix_path) {
        return {};
    }
    return {reinterpret_cast<const char*>(bytes_.data()), size_};
}

bool address::is_wildcard() const noexcept {
    const auto bytes = ip();
    return !bytes.empty() &&
           std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t b) { return b == 0; });
}

std::string address::to_string() const {
    switch (family_) {
    case address_family::ipv4:
        return os::ipv4_text(ip().first<4>()) + ':' + std::to_string(port_);
    case address_family::ipv6: {
        std::string text = '[' + os::ipv6_text(ip().first<16>());
        if (scope_ != 0) {
            text += '%' + std::to_string(scope_);
        }
        return text + "]:" + std::to_string(port_);
    }
    case address_family::unix_path:
        return std::string{unix_prefix}.append(path());
    case address_family::none:
        break;
    }
    return "none";
}

std::vector<address> listen_addresses(const address& wanted) {
    if (wanted.family() == address_family::ipv6 && wanted.is_wildcard()) {
        return {wanted, address::ipv4({0, 0, 0, 0}, wanted.port())};
    }
    return {wanted};
}

} // namespace iapp
