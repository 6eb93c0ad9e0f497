#pragma once
// Peers outside of any reactor, and a process that may open no more files.

#include "support/kernels.hpp"
#include "support/sockets.hpp"

#include <iapp/reactor/os/sockaddr.hpp>

#include <sys/resource.h>
#include <unistd.h>
#include <vector>

namespace iapp::test {

// A connected socket that blocks; the test fails when there is none.
inline unique_fd connect_to(const address& at) {
    const os::socket_address peer = os::to_sockaddr(at);
    unique_fd fd{::socket(peer.storage.ss_family, SOCK_STREAM, 0)};
    REQUIRE(::connect(fd.get(), peer.get(), peer.size) == 0);
    return fd;
}

// The real kernel in a process that can be left without a descriptor (EMFILE): its limit is a
// little above what is open now, and starve() takes all that are left. That holds for the calls of
// an engine and for what the system does by itself alike.
class starving_kernel : public forwarding_kernel {
  public:
    starving_kernel() {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        rlimit few = before_;
        const unique_fd next{::dup(0)};
        few.rlim_cur = static_cast<rlim_t>(next.get()) + 64;
        ::setrlimit(RLIMIT_NOFILE, &few);
    }

    ~starving_kernel() override { ::setrlimit(RLIMIT_NOFILE, &before_); }

    void starve() {
        for (unique_fd one{::dup(0)}; one.get() >= 0; one = unique_fd{::dup(0)}) {
            taken_.push_back(std::move(one));
        }
    }

    void feed() { taken_.clear(); }

  private:
    rlimit before_{};
    std::vector<unique_fd> taken_;
};

} // namespace iapp::test
