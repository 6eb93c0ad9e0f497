// Many conversations at once, with and without faults, a few hundred seeds of each.

#include "support/random.hpp"
#include "support/random_act.hpp"
#include "support/sim_stage.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace sim_conversation_test {

namespace {

constexpr std::uint64_t seeds = 200;

// Each has a listener of its own, so that it is known whose connection was accepted.
struct conversation {
    acceptor door;
    writing_endpoint client;
    writing_endpoint server;
    std::size_t server_host = 0; // 0: by a Unix name
};

// What came is what was sent, from its beginning; and all of it where the end came too, unless it
// was dropped: while a Unix socket was closed by force, which its peer cannot tell from an end, or
// before there was a connection.
void check_bytes(const writing_endpoint& from, const writing_endpoint& to, bool may_be_cut) {
    CHECK((to.e.in == from.written.substr(0, to.e.in.size())));
    if (to.e.ended > 0 && !may_be_cut) {
        CHECK(to.e.in.size() == from.written.size());
    }
}

void check_bytes(const conversation& one) {
    const bool local = one.server_host == 0;
    check_bytes(one.client, one.server, (local && one.client.cut) || one.client.e.connected == 0);
    check_bytes(one.server, one.client, local && one.server.cut);
}

// Clients on host 0, servers on host 1 and, by a Unix name, on host 0 itself.
class play {
  public:
    play(const sim_options& options, const std::vector<sim_character>& characters)
        : stage_{options, characters}, random_{options.seed} {}

    // The hash of all that happened.
    std::uint64_t run(unsigned conversations, unsigned acts) {
        for (unsigned i = 0; i < conversations; ++i) {
            begin(i);
        }
        for (unsigned i = 0; i < acts; ++i) {
            pass();
            act();
        }
        stage_.net().set_faults({});
        stage_.run_for(10s);
        for (const auto& one : all_) {
            check_bytes(*one);
        }
        all_.clear();
        stage_.run_for(10s);
        CHECK(stage_.io(0).open_sockets() + stage_.io(1).open_sockets() == 0);
        return stage_.net().event_hash();
    }

  private:
    static constexpr std::size_t text_max_bytes = 10'000;

    // A few turns, in the middle of what is going on, or some time.
    void pass() {
        if (random_.below(3) == 0) {
            stage_.run_for(duration{static_cast<duration::rep>(random_.below(300'000))});
            return;
        }
        for (std::uint64_t turns = random_.below(6); turns > 0; --turns) {
            stage_.step();
        }
    }

    // Owners act from within their events too, most of all by pausing and resuming.
    void act_within(std::size_t on, writing_endpoint& s) {
        s.e.on_bytes = s.e.on_drained = s.e.on_connected = [this, on, &s](endpoint& e) {
            CHECK_MESSAGE(!s.ended, "who ended its stream hears nothing but its close");
            switch (random_.below(16)) {
            case 0:
                act();
                break;
            case 1:
            case 2:
                e.s.pause();
                break;
            case 3:
            case 4:
                all_[random_.below(all_.size())]->client.e.s.resume();
                all_[random_.below(all_.size())]->server.e.s.resume();
                break;
            case 5:
                act_at_random(stage_.io(on), random_, s, text_max_bytes);
                break;
            default:
                break;
            }
        };
    }

    // Somebody does something.
    void act() {
        conversation& one = *all_[random_.below(all_.size())];
        if (random_.below(2) == 0) {
            act_at_random(stage_.io(0), random_, one.client, text_max_bytes);
        } else {
            act_at_random(stage_.io(one.server_host), random_, one.server, text_max_bytes);
        }
    }

    void begin(unsigned number) {
        all_.push_back(std::make_unique<conversation>());
        conversation& one = *all_.back();
        const bool local = random_.below(2) == 0;
        one.server_host = local ? 0 : 1;
        const std::uint64_t largest = random_.below(2) == 0 ? 500 : 20'000;
        const receive_options how{.io_size_bytes =
                                      static_cast<std::uint32_t>(50 + random_.below(largest))};
        act_within(0, one.client);
        act_within(one.server_host, one.server);
        one.door.on_accepted = [&one, how](acceptor& door) {
            one.server.e.s = door.take();
            one.server.e.start(how);
        };
        const auto port = static_cast<std::uint16_t>(80 + number);
        const address at = local ? *address::unix_path("/door-" + std::to_string(number))
                                 : sim_network::address_of(stage_.host(1), port);
        // A shortage may refuse these.
        for (int tries = 0; tries < 100 && !one.door.l.open(); ++tries) {
            result<listener> made =
                stage_.io(one.server_host).listen(at, acceptor::recording, &one.door);
            if (made) {
                one.door.l = std::move(*made);
            }
        }
        result<stream> made =
            stage_.io(0).connect(at, endpoint::recording, &one.client.e, {.deadline = 30s});
        if (made) {
            one.client.e.s = std::move(*made);
            one.client.e.start(how);
        }
    }

    sim_stage stage_;
    sim_random random_;
    std::vector<std::unique_ptr<conversation>> all_;
};

sim_options options_for(std::uint64_t seed, bool faults) {
    return {.seed = seed,
            .faults = faults ? sim_faults::swarm(seed) : sim_faults{},
            .send_buffer_bytes = 10'000,
            .receive_buffer_bytes = 8'000,
            .piece_bytes = 2'000};
}

void play_seeds(bool faults) {
    for (std::uint64_t i = 0; i < seeds; ++i) {
        const std::uint64_t one = seed() + i;
        INFO("IAPP_TEST_SEED=" << one);
        const auto& characters = sim_pairs()[one % sim_pairs().size()];
        const std::uint64_t hash = play{options_for(one, faults), characters}.run(6, 60);
        if (i % 10 == 0) { // every tenth is played again
            CHECK(play{options_for(one, faults), characters}.run(6, 60) == hash);
        }
    }
}

} // namespace

TEST_CASE("whatever owners do, bytes stay in order, all ends, and a seed replays") {
    play_seeds(false);
}

TEST_CASE("whatever goes wrong besides, bytes stay in order, all ends, and a seed replays") {
    play_seeds(true);
}

namespace {

// What the owners of one conversation saw in the end, whatever the timing.
struct account {
    std::string client_in;
    std::string server_in;
    int connected = 0;
    int ended = 0;
    int closed = 0;
    std::error_code why;
    friend bool operator==(const account&, const account&) = default;
};

// Texts of random sizes; then the client's end, an answer, and the server's end.
std::vector<account> interview(std::uint64_t seed, const std::vector<sim_character>& characters) {
    sim_stage stage{options_for(seed, false), characters};
    sim_random random{seed};
    std::vector<std::unique_ptr<conversation>> all;
    for (int i = 0; i < 4; ++i) {
        all.push_back(std::make_unique<conversation>());
        writing_endpoint& client = all.back()->client;
        writing_endpoint& server = all.back()->server;
        stage.join(0, client.e, 1, server.e);
        const std::string answer = pattern(1 + random.below(30'000), seed);
        server.e.on_ended = [&stage, answer](endpoint& e) {
            e.write(stage.io(1), answer);
            e.s.shutdown_write();
        };
        for (std::uint64_t n = random.below(5); n > 0; --n) {
            client.e.write(stage.io(0), pattern(1 + random.below(20'000), n));
        }
        client.e.s.shutdown_write();
    }
    stage.run_for(60s);
    std::vector<account> accounts;
    for (const auto& one : all) {
        const endpoint& c = one->client.e;
        const endpoint& s = one->server.e;
        accounts.push_back({c.in, s.in, c.connected + s.connected, c.ended + s.ended,
                            c.closed + s.closed, c.why ? c.why : s.why});
    }
    return accounts;
}

} // namespace

TEST_CASE("without faults the characters agree on what each owner sees") {
    for (std::uint64_t i = 0; i < seeds; ++i) {
        const std::uint64_t one = seed() + i;
        INFO("IAPP_TEST_SEED=" << one);
        const std::vector<account> first = interview(one, sim_pairs()[0]);
        CHECK(first[0].ended == 2);
        CHECK(first[0].closed == 2);
        CHECK((interview(one, sim_pairs()[1]) == first));
        CHECK((interview(one, sim_pairs()[2]) == first));
    }
}

} // namespace sim_conversation_test
