#include <iapp/reactor/os/ip_text.hpp>

#include <iapp/mailbox/check.hpp>

#include <algorithm>
#include <cstddef>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace iapp::os {

namespace {

// A copy of the text with a NUL at its end, for functions that want one. A text that is too long
// for `Size`, or has a NUL in it, is nothing that such a function could have meant.
template <std::size_t Size>
std::optional<std::array<char, Size>> terminated(std::string_view text) {
    if (text.size() >= Size || text.find('\0') != std::string_view::npos) {
        return std::nullopt;
    }
    std::array<char, Size> copy{};
    std::copy(text.begin(), text.end(), copy.begin());
    return copy;
}

template <std::size_t Size>
std::optional<std::array<std::uint8_t, Size>> parse(int family, std::string_view text) {
    const auto copy = terminated<INET6_ADDRSTRLEN>(text);
    std::array<std::uint8_t, Size> ip{};
    if (!copy || ::inet_pton(family, copy->data(), ip.data()) != 1) {
        return std::nullopt;
    }
    return ip;
}

std::string format(int family, const std::uint8_t* ip) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const char* const done = ::inet_ntop(family, ip, text.data(), text.size());
    IAPP_CHECK(done != nullptr, "an IP address could not be written as text");
    return done;
}

} // namespace

std::optional<std::array<std::uint8_t, 4>> parse_ipv4(std::string_view text) {
    return parse<4>(AF_INET, text);
}

std::optional<std::array<std::uint8_t, 16>> parse_ipv6(std::string_view text) {
    return parse<16>(AF_INET6, text);
}

std::string ipv4_text(std::span<const std::uint8_t, 4> ip) {
    return format(AF_INET, ip.data());
}

std::string ipv6_text(std::span<const std::uint8_t, 16> ip) {
    return format(AF_INET6, ip.data());
}

std::optional<std::uint32_t> interface_number(std::string_view name) {
    const auto copy = terminated<IF_NAMESIZE>(name);
    const unsigned number = copy ? ::if_nametoindex(copy->data()) : 0;
    if (number == 0) {
        return std::nullopt;
    }
    return number;
}

} // namespace iapp::os
