#pragma once
// iapp::address in the form that the kernel takes and gives. Any thread.

#include <iapp/reactor/address.hpp>

#include <sys/socket.h>

namespace iapp::os {

// A socket address with its length, ready for bind, connect and sendto. On systems whose addresses
// carry their length (sa_len: FreeBSD) that is set too.
struct socket_address {
    sockaddr_storage storage;
    socklen_t size;

    const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&storage); }
};

// The address must name a place: none and an unnamed Unix socket are programmer errors.
socket_address to_sockaddr(const address& from);

// What accept, getsockname, getpeername or recvfrom left in `from`, `size` being the length that
// they reported. Never reads past `size`. An unknown family gives no address; a Unix path that is
// empty, abstract (Linux) or longer than address::path_max gives the unnamed one.
address address_of(const sockaddr* from, socklen_t size);

} // namespace iapp::os
