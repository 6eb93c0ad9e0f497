// docs/simulation.md: a planted bug is found by a seed, which replays it.

#include "testing/adder.hpp"

#include <iapp/sim.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace iapp::test;
using namespace std::chrono_literals;

namespace simulation_example_test {

namespace {

// What the test finds out; it outlives the world, whose actors write into it.
struct outcome {
    std::string sum;
    bool over = false;
    std::error_code why; // the connection failed: then there is no sum to expect
};

// Sends 1 to 1000, and reads the answer.
class accountant {
  public:
    using accepts = iapp::messages<iapp::connected, iapp::bytes, iapp::closed>;

    accountant(iapp::context& cx, const iapp::address& to, outcome& found)
        : cx_{cx}, found_{found} {
        iapp::result<iapp::stream> made = cx.connect(to);
        if (!made) {
            on(iapp::closed{{}, made.error()});
            return;
        }
        stream_ = std::move(*made);
        cx.start(stream_);
    }

    void on(iapp::connected) {
        for (std::uint32_t number = 1; number <= 1000; ++number) {
            stream_.write(cx_.buffers().copy({reinterpret_cast<const char*>(&number), 4}));
        }
        stream_.shutdown_write();
    }

    void on(const iapp::bytes& m) { found_.sum += m.data.text(); }

    void on(const iapp::closed& m) {
        found_.why = m.why;
        found_.over = true;
        cx_.stop();
    }

  private:
    iapp::context& cx_;
    outcome& found_;
    iapp::stream stream_;
};

// Listens, and spawns a Server for each connection.
template <class Server>
class office {
  public:
    using accepts = iapp::messages<iapp::accepted>;

    office(iapp::context& cx, const iapp::address& at) : cx_{cx} {
        iapp::result<iapp::listener> made = cx.listen(at);
        if (!made) {
            throw std::system_error(made.error(), at.to_string());
        }
        listener_ = std::move(*made);
    }

    void on(iapp::accepted m) { cx_.spawn<Server>(std::move(m.connection)); }

  private:
    iapp::context& cx_;
    iapp::listener listener_;
};

template <class Server>
std::uint64_t run(std::uint64_t seed) {
    outcome found;
    iapp::sim_world world{{.seed = seed}};
    const iapp::sim_host there = world.add_host();
    const iapp::address at = iapp::sim_network::address_of(there, 4000);
    iapp::system& server = world.add_system(there, {.workers = 2});
    iapp::system& client = world.add_system(world.add_host());
    if (server.spawn<office<Server>>({}, at)) { // not when this seed keeps it from listening
        client.spawn<accountant>({}, at, std::ref(found));
        world.require(world.run_until([&] { return found.over; }, 1h), "the client gets an end");
        world.require(found.why || found.sum == "500500", "the sum is right");
    }
    world.finish(); // everything is accounted for
    return world.event_hash();
}

// The first seed that fails; 0 when none does.
template <class Server>
std::uint64_t find_bug(std::uint64_t seeds) {
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        try {
            run<Server>(seed);
        } catch (const iapp::sim_failure& failure) {
            MESSAGE(std::string{failure.what()});
            return seed;
        }
    }
    return 0;
}

} // namespace

TEST_CASE("the simulation finds the planted bug, and its seed replays it") {
    const std::uint64_t seed = find_bug<adder>(100);
    REQUIRE(seed != 0);
    CHECK_THROWS_WITH_AS(run<adder>(seed), doctest::Contains("the sum is right"),
                         iapp::sim_failure);
}

TEST_CASE("without the bug every seed passes") {
    CHECK(find_bug<careful_adder>(100) == 0);
}

} // namespace simulation_example_test
