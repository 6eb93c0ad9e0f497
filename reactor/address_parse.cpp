#include <iapp/reactor/address.hpp>

#include <iapp/reactor/address_error.hpp>
#include <iapp/reactor/os/ip_text.hpp>

#include <charconv>
#include <limits>
#include <optional>

namespace iapp {

namespace {

constexpr auto uint32_max = std::numeric_limits<std::uint32_t>::max();

// The whole text as a decimal number of at most `max`.
std::optional<std::uint32_t> parse_number(std::string_view text, std::uint32_t max) {
    std::uint32_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end || value > max) {
        return std::nullopt;
    }
    return value;
}

struct host_and_port {
    std::string_view host;
    std::uint16_t port;
};

result<std::uint16_t> parse_port(std::string_view text) {
    if (text.empty()) {
        return address_error::missing_port;
    }
    const auto port = parse_number(text, std::numeric_limits<std::uint16_t>::max());
    if (!port) {
        return address_error::bad_port;
    }
    return static_cast<std::uint16_t>(*port);
}

// Splits "HOST:PORT" where HOST is an IPv4 address or a range of them.
result<host_and_port> split_ipv4(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) {
        return address_error::missing_port;
    }
    if (text.find(':', colon + 1) != std::string_view::npos) {
        return address_error::unbracketed_ipv6;
    }
    const auto port = parse_port(text.substr(colon + 1));
    if (!port) {
        return port.error();
    }
    return host_and_port{text.substr(0, colon), *port};
}

result<address> parse_ipv4(std::string_view text) {
    const auto parts = split_ipv4(text);
    if (!parts) {
        return parts.error();
    }
    const auto ip = os::parse_ipv4(parts->host);
    if (!ip) {
        return address_error::bad_ipv4;
    }
    return address::ipv4(*ip, parts->port);
}

result<std::uint32_t> parse_scope(std::string_view text) {
    if (const auto number = parse_number(text, uint32_max)) {
        return *number;
    }
    if (const auto number = os::interface_number(text)) {
        return *number;
    }
    return address_error::bad_scope;
}

// "[V6]:PORT" or "[V6%SCOPE]:PORT".
result<address> parse_ipv6(std::string_view text) {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos) {
        return address_error::bad_ipv6;
    }
    const std::string_view after = text.substr(bracket + 1);
    if (after.empty() || after.front() != ':') {
        return address_error::missing_port;
    }
    std::string_view host = text.substr(1, bracket - 1);
    std::uint32_t scope = 0;
    if (const std::size_t percent = host.find('%'); percent != std::string_view::npos) {
        const auto parsed = parse_scope(host.substr(percent + 1));
        if (!parsed) {
            return parsed.error();
        }
        scope = *parsed;
        host = host.substr(0, percent);
    }
    const auto ip = os::parse_ipv6(host);
    if (!ip) {
        return address_error::bad_ipv6;
    }
    const auto port = parse_port(after.substr(1));
    if (!port) {
        return port.error();
    }
    return address::ipv6(*ip, *port, scope);
}

} // namespace

result<address> address::parse(std::string_view text) {
    if (text.starts_with(unix_prefix)) {
        return unix_path(text.substr(unix_prefix.size()));
    }
    return text.starts_with('[') ? parse_ipv6(text) : parse_ipv4(text);
}

result<std::vector<address>> parse_range(std::string_view text) {
    const std::size_t dash = text.find('-');
    const bool may_be_range = !text.starts_with(address::unix_prefix) && !text.starts_with('[');
    if (dash == std::string_view::npos || !may_be_range) {
        const auto one = address::parse(text);
        if (!one) {
            return one.error();
        }
        return std::vector<address>{*one};
    }
    const auto parts = split_ipv4(text);
    if (!parts) {
        return parts.error();
    }
    auto ip = os::parse_ipv4(parts->host.substr(0, dash));
    if (!ip) {
        return address_error::bad_ipv4;
    }
    const auto last = parse_number(parts->host.substr(dash + 1), uint32_max);
    if (!last || *last < ip->back()) {
        return address_error::bad_range;
    }
    if (*last > 255) {
        return address_error::range_too_large;
    }
    std::vector<address> addresses;
    for (std::uint32_t octet = ip->back(); octet <= *last; ++octet) {
        ip->back() = static_cast<std::uint8_t>(octet);
        addresses.push_back(address::ipv4(*ip, parts->port));
    }
    return addresses;
}

} // namespace iapp
