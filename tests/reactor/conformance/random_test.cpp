// Streams that are written, paused, shut, closed and aborted at random, on every engine. What may
// happen at any moment does: cancellations meet completions, closes meet both.

#include "support/random.hpp"
#include "support/random_act.hpp"
#include "support/reactor_fixture.hpp"

#include <doctest/doctest.h>

using namespace iapp;
using namespace iapp::test;

namespace random_test {

namespace {

struct pair_of_sides {
    writing_endpoint client;
    writing_endpoint server;
};

} // namespace

TEST_CASE("whatever happens at whatever moment, bytes stay in order and every operation ends") {
    INFO("IAPP_TEST_SEED=" << seed());
    random_source random{seed()};
    constexpr int rounds = 30;
    constexpr unsigned pairs = 12;
    for (int round = 0; round < rounds; ++round) {
        reactor_fixture f; // checks at its end that all has ended and nothing is left
        std::vector<std::unique_ptr<pair_of_sides>> all;
        const socket_path path;
        for (unsigned i = 0; i < pairs; ++i) {
            all.push_back(std::make_unique<pair_of_sides>());
            const receive_options how{.io_size_bytes =
                                          static_cast<std::uint32_t>(1 + random.below(20'000))};
            f.join(all[i]->client.e, all[i]->server.e, how,
                   random.one_in(3) ? path.at() : reactor_fixture::loopback());
        }
        for (int step = 0; step < 200; ++step) {
            pair_of_sides& one = *all[random.below(pairs)];
            act_at_random(f.io(), random, random.one_in(2) ? one.client : one.server);
            if (random.one_in(2)) {
                f.turn();
            }
        }
        f.settle();
        for (const auto& one : all) {
            CHECK(one->server.e.in == one->client.written.substr(0, one->server.e.in.size()));
            CHECK(one->client.e.in == one->server.written.substr(0, one->client.e.in.size()));
        }
        all.clear();
    }
}

} // namespace random_test
