#pragma once
// Where a socket listens or connects to: an IPv4 or IPv6 address with a port, or the path of a
// Unix socket. A plain value without anything of the operating system in it; the conversions to
// and from the kernel's form are in reactor/os/sockaddr.hpp.

#include <iapp/reactor/result.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace iapp {

enum class address_family : std::uint8_t { none, ipv4, ipv6, unix_path };

// A trivially copyable value that holds nothing outside itself; any thread may use its own copy.
class address {
  public:
    using ipv4_bytes = std::array<std::uint8_t, 4>;
    using ipv6_bytes = std::array<std::uint8_t, 16>;

    // The longest path: FreeBSD has 104 bytes for it (Linux 108), one of them the final NUL.
    static constexpr std::size_t path_max = 103;

    // What the text of a Unix socket address begins with.
    static constexpr std::string_view unix_prefix = "unix:";

    // Family none: no address.
    address() = default;

    static address ipv4(const ipv4_bytes& ip, std::uint16_t port) noexcept;

    // `scope` is the number of a network interface for link-local addresses, 0 when there is none.
    static address ipv6(const ipv6_bytes& ip, std::uint16_t port, std::uint32_t scope = 0) noexcept;

    // A path is copied as it is. Errors: empty_path, bad_path (a NUL in it), path_too_long.
    static result<address> unix_path(std::string_view path);

    // The peer of a Unix socket that was never bound: a Unix address with an empty path.
    static address unix_unnamed() noexcept;

    // Reads "A.B.C.D:P", "[V6]:P", "[V6%SCOPE]:P" (a number, or the name of an interface of this
    // machine) or "unix:PATH". Names of hosts are not looked up. Errors: address_error.
    static result<address> parse(std::string_view text);

    address_family family() const noexcept { return family_; }

    // In host byte order; 0 for a Unix socket and for no address.
    std::uint16_t port() const noexcept { return port_; }

    // The same address with another port; a Unix socket and no address stay as they are.
    address with_port(std::uint16_t port) const noexcept;

    // The bytes of the IP address, most significant first: 4, 16, or none.
    std::span<const std::uint8_t> ip() const noexcept;

    // Number of the network interface of an IPv6 address; otherwise 0.
    std::uint32_t scope() const noexcept { return scope_; }

    // The path of a Unix socket, otherwise empty. It is followed by a NUL, and lives in the
    // address.
    std::string_view path() const noexcept;

    // Whether it stands for every address of the machine: 0.0.0.0 or [::].
    bool is_wildcard() const noexcept;

    // What parse() reads back, with the scope as a number. An unnamed Unix socket is "unix:", no
    // address is "none"; those two cannot be parsed.
    std::string to_string() const;

    friend bool operator==(const address&, const address&) = default;

  private:
    address_family family_ = address_family::none;
    std::uint8_t size_ = 0; // bytes used in bytes_
    std::uint16_t port_ = 0;
    std::uint32_t scope_ = 0;
    std::array<std::uint8_t, path_max + 1> bytes_{}; // IP or path; unused ones are 0
};

// One address, or "A.B.C.D-LAST:P" for the addresses whose last number runs from D to LAST: at most
// 256 of them, in order. Errors: address_error.
result<std::vector<address>> parse_range(std::string_view text);

// The addresses to open listeners at. "[::]:P" gives the IPv6 wildcard (to be opened for IPv6 only)
// and the IPv4 one, because dual-stack sockets take no part in load balancing on FreeBSD; any other
// address gives itself. With port 0 the two would get different ports: bind the first, then give
// the second the same one by with_port().
std::vector<address> listen_addresses(const address& wanted);

} // namespace iapp
