#include <iapp/reactor/address.hpp>

#include <iapp/reactor/address_error.hpp>

#include "../support/random.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <ostream>
#include <string>
#include <utility>

namespace address_test {

using iapp::address;
using iapp::address_error;
using iapp::address_family;
using iapp::listen_addresses;
using iapp::parse_range;

namespace {

constexpr address::ipv6_bytes ipv6_loopback{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

std::vector<std::string> texts(const std::vector<address>& addresses) {
    std::vector<std::string> out;
    for (const address& a : addresses) {
        out.push_back(a.to_string());
    }
    return out;
}

} // namespace

TEST_SUITE_BEGIN("address");

TEST_CASE("an address that was not set is none and equals only itself") {
    const address a;
    CHECK(a.family() == address_family::none);
    CHECK(a.port() == 0);
    CHECK(a.ip().empty());
    CHECK(a.path().empty());
    CHECK_FALSE(a.is_wildcard());
    CHECK(a.to_string() == "none");
    CHECK(a == address{});
    CHECK(a != address::ipv4({0, 0, 0, 0}, 0));
    CHECK(a != address::unix_unnamed());
}

TEST_CASE("an IPv4 address with a port is parsed") {
    const auto a = address::parse("127.0.0.1:1667");
    REQUIRE(a);
    CHECK(a->family() == address_family::ipv4);
    CHECK(a->port() == 1667);
    CHECK(std::ranges::equal(a->ip(), address::ipv4_bytes{127, 0, 0, 1}));
    CHECK(*a == address::ipv4({127, 0, 0, 1}, 1667));
    CHECK(a->scope() == 0);
}

TEST_CASE("an IPv6 address in brackets is parsed") {
    const auto a = address::parse("[::1]:65535");
    REQUIRE(a);
    CHECK(a->family() == address_family::ipv6);
    CHECK(a->port() == 65535);
    CHECK(*a == address::ipv6(ipv6_loopback, 65535));
}

TEST_CASE("an IPv6 scope may be a number") {
    const auto a = address::parse("[fe80::1%42]:80");
    REQUIRE(a);
    CHECK(a->scope() == 42);
    CHECK(a->to_string() == "[fe80::1%42]:80");
    CHECK(*a != *address::parse("[fe80::1]:80"));
}

TEST_CASE("an IPv6 scope of 0 is no scope") {
    CHECK(address::parse("[fe80::1%0]:80")->to_string() == "[fe80::1]:80");
}

TEST_CASE("a Unix path is taken as it is") {
    for (const std::string path : {"/tmp/srv.sock", "relative", "with space:80",
                                   "unix:", "[::1]:80", "127.0.0.1-4:1", "caf\xc3\xa9"}) {
        CAPTURE(path);
        const auto a = address::parse("unix:" + path);
        REQUIRE(a);
        CHECK(a->family() == address_family::unix_path);
        CHECK(a->path() == path);
        CHECK(a->path().data()[path.size()] == '\0');
        CHECK(a->port() == 0);
        CHECK(a->ip().empty());
        CHECK(a->to_string() == "unix:" + path);
    }
}

TEST_CASE("a Unix path may be 103 bytes long and no longer") {
    const std::string longest(103, 'p');
    REQUIRE(address::parse("unix:" + longest));
    CHECK(address::parse("unix:" + longest)->path() == longest);
    CHECK(address::parse("unix:" + longest + 'p').error() == address_error::path_too_long);
}

TEST_CASE("a bad address is refused and the cause is named") {
    using namespace std::string_literals;
    const std::vector<std::pair<std::string, address_error>> cases{
        {"", address_error::missing_port},
        {"127.0.0.1", address_error::missing_port},
        {"127.0.0.1:", address_error::missing_port},
        {"1667", address_error::missing_port},
        {"[::1]", address_error::missing_port},
        {"[::1]:", address_error::missing_port},
        {"[::1]1667", address_error::missing_port},
        {"127.0.0.1:65536", address_error::bad_port},
        {"127.0.0.1:99999999999999999999", address_error::bad_port},
        {"127.0.0.1:-1", address_error::bad_port},
        {"127.0.0.1:+1", address_error::bad_port},
        {"127.0.0.1: 1", address_error::bad_port},
        {"127.0.0.1:1x", address_error::bad_port},
        {"127.0.0.1:http", address_error::bad_port},
        {"127.0.0.1:1\0"s, address_error::bad_port},
        {"[::1]:70000", address_error::bad_port},
        {":80", address_error::bad_ipv4},
        {"localhost:80", address_error::bad_ipv4},
        {"*:80", address_error::bad_ipv4},
        {"127.0.0:80", address_error::bad_ipv4},
        {"127.0.0.256:80", address_error::bad_ipv4},
        {"127.0.0.1.1:80", address_error::bad_ipv4},
        {" 127.0.0.1:80", address_error::bad_ipv4},
        {"127.0.0.1\0:80"s, address_error::bad_ipv4},
        {std::string(1000, '1') + ":80", address_error::bad_ipv4},
        {"::1", address_error::unbracketed_ipv6},
        {"fe80::1:80", address_error::unbracketed_ipv6},
        {"127.0.0.1:80:80", address_error::unbracketed_ipv6},
        {"[", address_error::bad_ipv6},
        {"[]:80", address_error::bad_ipv6},
        {"[::1:80", address_error::bad_ipv6},
        {"[[::1]]:80", address_error::missing_port},
        {"[::1::]:80", address_error::bad_ipv6},
        {"[12345::]:80", address_error::bad_ipv6},
        {"[127.0.0.1]:80", address_error::bad_ipv6},
        {"[::1\0]:80"s, address_error::bad_ipv6},
        {"[fe80::1%]:80", address_error::bad_scope},
        {"[fe80::1%4294967296]:80", address_error::bad_scope},
        {"[fe80::1%no-such-interface-here]:80", address_error::bad_scope},
        {"[fe80::1%nosuchif]:80", address_error::bad_scope},
        {"unix:", address_error::empty_path},
        {"unix:a\0b"s, address_error::bad_path},
    };
    for (const auto& [text, error] : cases) {
        CAPTURE(text);
        const auto a = address::parse(text);
        CHECK_FALSE(a);
        CHECK(a.error() == error);
    }
}

TEST_CASE("each address error has a category and a message of its own") {
    CHECK(std::string{make_error_code(address_error::bad_port).category().name()} ==
          "iapp.address");
    std::vector<std::string> messages;
    for (auto e = static_cast<int>(address_error::missing_port);
         e <= static_cast<int>(address_error::path_too_long); ++e) {
        messages.push_back(make_error_code(static_cast<address_error>(e)).message());
        CHECK(messages.back() != "unknown address error");
    }
    std::sort(messages.begin(), messages.end());
    CHECK(std::unique(messages.begin(), messages.end()) == messages.end());
    CHECK(make_error_code(static_cast<address_error>(999)).message() == "unknown address error");
}

TEST_CASE("an address prints the shortest usual form") {
    CHECK(address::parse("[0:0:0:0:0:0:0:0]:0")->to_string() == "[::]:0");
    CHECK(address::parse("[2001:DB8:0:0:0:0:0:1]:00080")->to_string() == "[2001:db8::1]:80");
    CHECK(address::unix_unnamed().to_string() == "unix:");
}

TEST_CASE("addresses are equal when family, bytes, port and scope are") {
    const auto a = address::ipv4({10, 0, 0, 1}, 80);
    CHECK(a == address::ipv4({10, 0, 0, 1}, 80));
    CHECK(a != address::ipv4({10, 0, 0, 1}, 81));
    CHECK(a != address::ipv4({10, 0, 0, 2}, 80));
    CHECK(address::ipv4({0, 0, 0, 0}, 80) != address::ipv6({}, 80));
    CHECK(*address::parse("unix:a") != *address::parse("unix:b"));
    CHECK(*address::parse("unix:a") != *address::parse("unix:aa"));
}

TEST_CASE("with_port changes the port and nothing else") {
    CHECK(address::parse("[fe80::1%3]:80")->with_port(0) == *address::parse("[fe80::1%3]:0"));
    CHECK(address::parse("10.0.0.1:0")->with_port(9) == *address::parse("10.0.0.1:9"));
    CHECK(address::parse("unix:a")->with_port(9) == *address::parse("unix:a"));
    CHECK(address{}.with_port(9) == address{});
}

TEST_CASE("only 0.0.0.0 and [::] are wildcards") {
    CHECK(address::parse("0.0.0.0:1")->is_wildcard());
    CHECK(address::parse("[::]:1")->is_wildcard());
    CHECK_FALSE(address::parse("0.0.0.1:0")->is_wildcard());
    CHECK_FALSE(address::parse("[::1]:0")->is_wildcard());
    CHECK_FALSE(address::parse("[::ffff:0.0.0.0]:0")->is_wildcard());
    CHECK_FALSE(address::parse("unix:0")->is_wildcard());
    CHECK_FALSE(address::unix_unnamed().is_wildcard());
}

TEST_CASE("a range runs over the last number of an IPv4 address") {
    const auto range = parse_range("127.0.0.1-4:1667");
    REQUIRE(range);
    CHECK(texts(*range) == std::vector<std::string>{"127.0.0.1:1667", "127.0.0.2:1667",
                                                    "127.0.0.3:1667", "127.0.0.4:1667"});
}

TEST_CASE("a range may hold one address and at most 256") {
    CHECK(texts(*parse_range("10.0.0.7-7:1")) == std::vector<std::string>{"10.0.0.7:1"});
    const auto all = parse_range("10.0.0.0-255:1");
    REQUIRE(all);
    CHECK(all->size() == 256);
    CHECK(all->front().to_string() == "10.0.0.0:1");
    CHECK(all->back().to_string() == "10.0.0.255:1");
}

TEST_CASE("a single address is a range of one") {
    for (const std::string text :
         {"127.0.0.1:1", "[::1]:1", "[fe80::1%7]:1", "unix:/tmp/a-4:1", "unix:a-b"}) {
        CAPTURE(text);
        const auto range = parse_range(text);
        REQUIRE(range);
        CHECK(texts(*range) == std::vector<std::string>{text});
    }
}

TEST_CASE("a bad range is refused and the cause is named") {
    const std::vector<std::pair<std::string, address_error>> cases{
        {"127.0.0.4-1:80", address_error::bad_range},
        {"127.0.0.1-:80", address_error::bad_range},
        {"127.0.0.1-x:80", address_error::bad_range},
        {"127.0.0.1-127.0.0.4:80", address_error::bad_range},
        {"127.0.0.1-2-3:80", address_error::bad_range},
        {"127.0.0.1-99999999999:80", address_error::bad_range},
        {"127.0.0.1-256:80", address_error::range_too_large},
        {"127.0.0.1-4", address_error::missing_port},
        {"127.0.0.1:80-90", address_error::bad_port},
        {"127.0.0-4:80", address_error::bad_ipv4},
        {"some-host:80", address_error::bad_ipv4},
        {"-4:80", address_error::bad_ipv4},
        {"[::1]-4:80", address_error::missing_port},
        {"[::1-4]:80", address_error::bad_ipv6},
        {"", address_error::missing_port},
    };
    for (const auto& [text, error] : cases) {
        CAPTURE(text);
        const auto range = parse_range(text);
        CHECK_FALSE(range);
        CHECK(range.error() == error);
    }
}

TEST_CASE("listening at the IPv6 wildcard means the IPv6 and the IPv4 one") {
    CHECK(texts(listen_addresses(*address::parse("[::]:1667"))) ==
          std::vector<std::string>{"[::]:1667", "0.0.0.0:1667"});
}

TEST_CASE("listening at any other address means that address") {
    for (const std::string text : {"0.0.0.0:1667", "[::1]:1667", "127.0.0.1:0", "unix:/tmp/a"}) {
        CAPTURE(text);
        CHECK(texts(listen_addresses(*address::parse(text))) == std::vector<std::string>{text});
    }
}

TEST_CASE("random addresses survive being printed and parsed") {
    const auto seed = iapp::test::seed();
    INFO("IAPP_TEST_SEED=" << seed);
    iapp::test::random_source random{seed};
    for (int i = 0; i < 5'000; ++i) {
        const auto port = static_cast<std::uint16_t>(random.below(65536));
        address a;
        if (random.one_in(3)) {
            std::string path;
            for (auto n = random.below(103) + 1; n != 0; --n) {
                path += static_cast<char>(random.below(255) + 1);
            }
            a = *address::unix_path(path);
        } else if (random.one_in(2)) {
            address::ipv4_bytes ip{};
            std::ranges::generate(ip, [&] { return static_cast<std::uint8_t>(random.below(256)); });
            a = address::ipv4(ip, port);
        } else {
            address::ipv6_bytes ip{}; // with runs of zeros, which the text leaves out
            std::ranges::generate(ip, [&] {
                return static_cast<std::uint8_t>(random.one_in(2) ? 0 : random.below(256));
            });
            a = address::ipv6(ip, port, static_cast<std::uint32_t>(random.below(3)));
        }
        const auto again = address::parse(a.to_string());
        REQUIRE(again);
        REQUIRE(*again == a);
    }
}

TEST_CASE("random text is parsed or refused, and what is parsed prints and parses alike") {
    const auto seed = iapp::test::seed();
    INFO("IAPP_TEST_SEED=" << seed);
    iapp::test::random_source random{seed};
    constexpr std::string_view alphabet{"0123456789:.[]%-fxu\0 ", 21};
    const std::array<std::string, 5> models{"127.0.0.1:80", "[fe80::1%2]:80", "unix:/a",
                                            "127.0.0.1-4:80", "[::ffff:1.2.3.4]:1"};
    for (int i = 0; i < 20'000; ++i) {
        std::string text = models[random.below(models.size())];
        for (auto n = random.below(4); n != 0; --n) {
            const char c = alphabet[random.below(alphabet.size())];
            const auto at = random.below(text.size());
            random.one_in(2) ? text.insert(at, 1, c) : text.replace(at, 1, 1, c);
        }
        CAPTURE(text);
        const auto range = parse_range(text);
        if (const auto one = address::parse(text)) {
            REQUIRE(address::parse(one->to_string()).value() == *one);
            REQUIRE(range.value() == std::vector<address>{*one});
        } else {
            REQUIRE(one.error().category() == iapp::address_category());
        }
        if (range) {
            REQUIRE(!range->empty());
            REQUIRE(range->size() <= 256);
        }
    }
}

TEST_SUITE_END();

} // namespace address_test
