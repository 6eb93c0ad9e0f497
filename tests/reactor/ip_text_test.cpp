#include <iapp/reactor/os/ip_text.hpp>

#include <iapp/reactor/address.hpp>

#include <doctest/doctest.h>

#include <string>

#include <net/if.h>

namespace ip_text_test {

namespace os = iapp::os;

TEST_CASE("an interface of this machine has a number, and an IPv6 scope may name it") {
    struct if_nameindex* const interfaces = ::if_nameindex();
    REQUIRE(interfaces != nullptr);
    for (const auto* i = interfaces; i->if_index != 0; ++i) {
        const std::string name = i->if_name;
        CAPTURE(name);
        CHECK(os::interface_number(name) == i->if_index);
        const auto a = iapp::address::parse("[fe80::1%" + name + "]:80");
        REQUIRE(a);
        CHECK(a->scope() == i->if_index);
    }
    ::if_freenameindex(interfaces);
}

TEST_CASE("a name that no interface has gives no number") {
    CHECK_FALSE(os::interface_number(""));
    CHECK_FALSE(os::interface_number("nosuchif"));
    CHECK_FALSE(os::interface_number(std::string(100, 'x')));
    CHECK_FALSE(os::interface_number(std::string_view{"lo\0", 3}));
}

TEST_CASE("IP addresses are read only when the whole text is one") {
    CHECK(os::parse_ipv4("1.2.3.4") == std::array<std::uint8_t, 4>{1, 2, 3, 4});
    CHECK_FALSE(os::parse_ipv4("1.2.3.4 "));
    CHECK_FALSE(os::parse_ipv4("::1"));
    CHECK_FALSE(os::parse_ipv4(std::string_view{"1.2.3.4\0", 8}));
    CHECK(os::parse_ipv6("::ffff:1.2.3.4"));
    CHECK_FALSE(os::parse_ipv6("1.2.3.4"));
    CHECK_FALSE(os::parse_ipv6("::1%1"));
}

TEST_CASE("the longest IPv6 text is read") {
    CHECK(os::parse_ipv6("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255"));
}

} // namespace ip_text_test
