#include <iapp/reactor/os/sockaddr.hpp>

#include <iapp/mailbox/check.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

namespace iapp::os {

namespace {

constexpr std::size_t path_offset = offsetof(sockaddr_un, sun_path);
static_assert(sizeof(sockaddr_un::sun_path) >= address::path_max + 1);

// A template, so that the member need not exist: BSD systems have ss_len, Linux has not.
template <class Storage>
void set_length(Storage& storage, socklen_t size) {
    if constexpr (requires { storage.ss_len; }) {
        storage.ss_len = static_cast<decltype(storage.ss_len)>(size);
    }
}

// Copies instead of casting, whatever the alignment of the caller's memory; a missing tail is 0.
template <class Native>
Native read_as(const sockaddr* from, std::size_t size) {
    Native native{};
    std::memcpy(&native, from, std::min(size, sizeof native));
    return native;
}

template <class Native>
socket_address wrap(const Native& native, std::size_t size) {
    socket_address to{};
    std::memcpy(&to.storage, &native, sizeof native);
    to.size = static_cast<socklen_t>(size);
    set_length(to.storage, to.size);
    return to;
}

address unix_address_of(const sockaddr* from, std::size_t size) {
    const auto native = read_as<sockaddr_un>(from, size);
    const char* const path = native.sun_path;
    const char* const end = path + (std::min(size, sizeof native) - path_offset);
    const auto named = address::unix_path({path, std::find(path, end, '\0')});
    return named ? *named : address::unix_unnamed();
}

} // namespace

socket_address to_sockaddr(const address& from) {
    IAPP_CHECK(from.family() != address_family::none, "no address is no place to bind or connect");
    switch (from.family()) {
    case address_family::ipv4: {
        sockaddr_in native{};
        native.sin_family = AF_INET;
        native.sin_port = htons(from.port());
        std::memcpy(&native.sin_addr, from.ip().data(), sizeof native.sin_addr);
        return wrap(native, sizeof native);
    }
    case address_family::ipv6: {
        sockaddr_in6 native{};
        native.sin6_family = AF_INET6;
        native.sin6_port = htons(from.port());
        native.sin6_scope_id = from.scope();
        std::memcpy(&native.sin6_addr, from.ip().data(), sizeof native.sin6_addr);
        return wrap(native, sizeof native);
    }
    case address_family::unix_path: {
        IAPP_CHECK(!from.path().empty(), "an unnamed Unix socket is no place to bind or connect");
        sockaddr_un native{};
        native.sun_family = AF_UNIX;
        std::memcpy(native.sun_path, from.path().data(), from.path().size());
        return wrap(native, path_offset + from.path().size() + 1);
    }
    case address_family::none:
        break;
    }
    return {};
}

address address_of(const sockaddr* from, socklen_t size) {
    if (from == nullptr || size < offsetof(sockaddr, sa_data)) {
        return {};
    }
    const auto family = read_as<sockaddr>(from, size).sa_family;
    if (family == AF_INET && size >= sizeof(sockaddr_in)) {
        const auto native = read_as<sockaddr_in>(from, size);
        address::ipv4_bytes ip;
        std::memcpy(ip.data(), &native.sin_addr, ip.size());
        return address::ipv4(ip, ntohs(native.sin_port));
    }
    if (family == AF_INET6 && size >= sizeof(sockaddr_in6)) {
        const auto native = read_as<sockaddr_in6>(from, size);
        address::ipv6_bytes ip;
        std::memcpy(ip.data(), &native.sin6_addr, ip.size());
        return address::ipv6(ip, ntohs(native.sin6_port), native.sin6_scope_id);
    }
    if (family == AF_UNIX) {
        return unix_address_of(from, size);
    }
    return {};
}

} // namespace iapp::os
