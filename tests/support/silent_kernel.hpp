#pragma once
// A world in which nobody answers a connect until the test says so.

#include "support/kernels.hpp"
#include "support/sockets.hpp"

#include <vector>

namespace iapp::test {

// Gives out one end of a socket pair that is full, so that it is not writable, as if it were
// connecting; answer() makes room.
class silent_kernel : public forwarding_kernel {
  public:
    result<descriptor> open_stream(const address&, const stream_options&) override {
        int ends[2];
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
        make_non_blocking(ends[0]);
        make_non_blocking(ends[1]);
        peers_.emplace_back(ends[1]);
        const std::vector<char> bytes(4096, 'x');
        while (::send(ends[0], bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0) {
        }
        while (::send(ends[0], bytes.data(), 1, MSG_NOSIGNAL) > 0) {
        }
        return ends[0]; // the reactor closes it
    }

    io_result connect(descriptor, const address&) noexcept override {
        return {io_status::would_block, 0, {}};
    }

    // All that are connecting get through.
    void answer() {
        for (const unique_fd& peer : peers_) {
            drain(peer);
        }
    }

  private:
    std::vector<unique_fd> peers_;
};

} // namespace iapp::test
