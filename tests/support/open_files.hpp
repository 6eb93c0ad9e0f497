#pragma once
// Peers outside of any reactor, and a process that may open no more files.

#include "support/sockets.hpp"

#include <iapp/reactor/os/sockaddr.hpp>

#include <sys/resource.h>

namespace iapp::test {

// A connected socket that blocks; the test fails when there is none.
inline unique_fd connect_to(const address& at) {
    const os::socket_address peer = os::to_sockaddr(at);
    unique_fd fd{::socket(peer.storage.ss_family, SOCK_STREAM, 0)};
    REQUIRE(::connect(fd.get(), peer.get(), peer.size) == 0);
    return fd;
}

// While it lives, no descriptor can be opened (EMFILE). Single-threaded tests only.
class no_more_open_files {
  public:
    no_more_open_files() {
        REQUIRE(::getrlimit(RLIMIT_NOFILE, &before_) == 0);
        rlimit none = before_;
        none.rlim_cur = 0; // those that are open stay open
        REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    }
    ~no_more_open_files() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    no_more_open_files(const no_more_open_files&) = delete;
    no_more_open_files& operator=(const no_more_open_files&) = delete;

  private:
    rlimit before_{};
};

} // namespace iapp::test
