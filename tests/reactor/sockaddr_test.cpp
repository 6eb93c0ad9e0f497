#include <iapp/reactor/os/sockaddr.hpp>

#include "../support/random.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstring>
#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

namespace sockaddr_test {

using iapp::address;
using iapp::os::address_of;
using iapp::os::to_sockaddr;

namespace {

constexpr auto path_offset = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path));

address there_and_back(const address& a) {
    const auto native = to_sockaddr(a);
    return address_of(native.get(), native.size);
}

// Checks ss_len where it exists.
template <class Storage>
bool length_is_set(const Storage& storage, socklen_t size) {
    if constexpr (requires { storage.ss_len; }) {
        return storage.ss_len == size;
    }
    return true;
}

// A Unix address as a kernel might report it: `size` bytes of path, NUL or not.
address unix_address_with(std::string_view path_bytes) {
    sockaddr_un native{};
    native.sun_family = AF_UNIX;
    REQUIRE(path_bytes.size() <= sizeof native.sun_path);
    std::memcpy(native.sun_path, path_bytes.data(), path_bytes.size());
    return address_of(reinterpret_cast<const sockaddr*>(&native),
                      path_offset + static_cast<socklen_t>(path_bytes.size()));
}

} // namespace

TEST_SUITE_BEGIN("sockaddr");

TEST_CASE("an IPv4 address becomes a sockaddr_in in network byte order") {
    const auto native = to_sockaddr(address::ipv4({127, 0, 0, 1}, 1667));
    CHECK(native.size == sizeof(sockaddr_in));
    CHECK(length_is_set(native.storage, native.size));
    sockaddr_in in{};
    std::memcpy(&in, &native.storage, sizeof in);
    CHECK(in.sin_family == AF_INET);
    CHECK(in.sin_port == htons(1667));
    CHECK(in.sin_addr.s_addr == htonl(INADDR_LOOPBACK));
}

TEST_CASE("an IPv6 address keeps its scope") {
    const auto native = to_sockaddr(*address::parse("[fe80::1%3]:80"));
    CHECK(native.size == sizeof(sockaddr_in6));
    CHECK(length_is_set(native.storage, native.size));
    sockaddr_in6 in{};
    std::memcpy(&in, &native.storage, sizeof in);
    CHECK(in.sin6_family == AF_INET6);
    CHECK(in.sin6_port == htons(80));
    CHECK(in.sin6_scope_id == 3);
}

TEST_CASE("a Unix path is given to the kernel with its NUL") {
    const auto native = to_sockaddr(*address::parse("unix:/tmp/a"));
    CHECK(native.size == path_offset + 7);
    CHECK(length_is_set(native.storage, native.size));
    CHECK(native.storage.ss_family == AF_UNIX);
}

TEST_CASE("a Unix path of 103 bytes fits") {
    const auto longest = *address::unix_path(std::string(103, 'p'));
    CHECK(to_sockaddr(longest).size <= sizeof(sockaddr_un));
    CHECK(there_and_back(longest) == longest);
}

TEST_CASE("a Unix path is read whether or not the kernel counts its NUL") {
    using namespace std::string_view_literals;
    CHECK(unix_address_with("/tmp/a"sv).path() == "/tmp/a");
    CHECK(unix_address_with("/tmp/a\0"sv).path() == "/tmp/a");
    CHECK(unix_address_with("/tmp/a\0rest"sv).path() == "/tmp/a");
}

TEST_CASE("a Unix socket without a usable path is unnamed") {
    using namespace std::string_view_literals;
    CHECK(unix_address_with(""sv) == address::unix_unnamed());
    CHECK(unix_address_with("\0abstract"sv) == address::unix_unnamed());
    CHECK(unix_address_with(std::string(sizeof(sockaddr_un::sun_path), 'p')) ==
          address::unix_unnamed());
}

TEST_CASE("a socket address that is cut short or unknown is no address") {
    const auto v4 = to_sockaddr(address::ipv4({1, 2, 3, 4}, 5));
    const auto v6 = to_sockaddr(*address::parse("[::1]:5"));
    CHECK(address_of(nullptr, 0) == address{});
    CHECK(address_of(v4.get(), 0) == address{});
    CHECK(address_of(v4.get(), 1) == address{});
    CHECK(address_of(v4.get(), v4.size - 1) == address{});
    CHECK(address_of(v6.get(), v6.size - 1) == address{});
    sockaddr_storage unknown{};
    unknown.ss_family = AF_UNSPEC;
    CHECK(address_of(reinterpret_cast<const sockaddr*>(&unknown), sizeof unknown) == address{});
}

TEST_CASE("bytes after the socket address are not looked at") {
    const auto a = address::ipv4({1, 2, 3, 4}, 5);
    CHECK(address_of(to_sockaddr(a).get(), sizeof(sockaddr_storage)) == a);
}

TEST_CASE("random addresses survive the kernel's form") {
    const auto seed = iapp::test::seed();
    INFO("IAPP_TEST_SEED=" << seed);
    iapp::test::random_source random{seed};
    const auto byte = [&] { return static_cast<std::uint8_t>(random.below(256)); };
    for (int i = 0; i < 2'000; ++i) {
        const auto port = static_cast<std::uint16_t>(random.below(65536));
        const auto v4 = address::ipv4({byte(), byte(), byte(), byte()}, port);
        REQUIRE(there_and_back(v4) == v4);
        const auto v6 = address::ipv6({byte(), byte(), 0, byte()}, port, byte());
        REQUIRE(there_and_back(v6) == v6);
        const auto path = *address::unix_path(std::string(random.below(103) + 1, 'a'));
        REQUIRE(there_and_back(path) == path);
    }
}

TEST_SUITE_END();

} // namespace sockaddr_test
