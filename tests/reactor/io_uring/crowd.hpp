#pragma once
// An io_uring engine by itself, and many connections that it receives from.

#include "support/endpoint.hpp"
#include "support/engine_world.hpp"

#include <iapp/reactor/io_uring/uring_engine.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string_view>
#include <vector>

namespace iapp::test {

// The test fails when there is none.
inline std::unique_ptr<uring_engine> make_ring(engine_world& world,
                                               const ring_options& options = {}) {
    result<std::unique_ptr<uring_engine>> made = uring_engine::make(world.parts(), options);
    REQUIRE_MESSAGE(made, made.error().message());
    return std::move(*made);
}

// The far end of a connection that the engine receives from.
inline unique_fd receive_from_peer(engine_world& world, engine& by, received_text& told,
                                   std::uint32_t io_size_bytes) {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    make_non_blocking(ends[0]);
    world.receive(by, told, ends[0], io_size_bytes);
    return unique_fd{ends[1]};
}

// Connections whose far ends are ours to write to.
struct crowd {
    crowd(engine_world& world, engine& by, unsigned count, std::uint32_t io_size_bytes)
        : told(count) {
        for (received_text& one : told) {
            peers.push_back(receive_from_peer(world, by, one, io_size_bytes));
        }
        by.poll(duration::zero()); // all of them wait in the kernel now
    }

    void write_all(std::string_view text) {
        for (const unique_fd& peer : peers) {
            REQUIRE(::send(peer.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
                    static_cast<ssize_t>(text.size()));
        }
    }

    bool all_have(std::string_view text) const {
        for (const received_text& one : told) {
            if (one.text != text) {
                return false;
            }
        }
        return true;
    }

    std::vector<received_text> told;
    std::vector<unique_fd> peers;
};

} // namespace iapp::test
