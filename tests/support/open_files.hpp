#pragma once
// Peers outside of any reactor, and a process that may open no more files.

#include "support/kernels.hpp"
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

// The real kernel while `starving`: opens and accepts meet a process that may open no more files
// (EMFILE). Only these calls do, because sanitizers open files of their own.
class starving_kernel : public forwarding_kernel {
  public:
    bool starving = false;

    result<descriptor> open_stream(const address& to, const stream_options& options) override {
        const shortage now{starving};
        return forwarding_kernel::open_stream(to, options);
    }

    accept_result accept(descriptor fd, address& peer) noexcept override {
        const shortage now{starving};
        return forwarding_kernel::accept(fd, peer);
    }

  private:
    class shortage {
      public:
        explicit shortage(bool begins) : active_{begins} {
            ::getrlimit(RLIMIT_NOFILE, &before_);
            rlimit none = before_;
            none.rlim_cur = active_ ? 0 : none.rlim_cur; // those that are open stay open
            ::setrlimit(RLIMIT_NOFILE, &none);
        }

        ~shortage() { ::setrlimit(RLIMIT_NOFILE, &before_); }

        shortage(const shortage&) = delete;
        shortage& operator=(const shortage&) = delete;

      private:
        bool active_;
        rlimit before_{};
    };
};

} // namespace iapp::test
