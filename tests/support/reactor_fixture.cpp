#include "support/reactor_fixture.hpp"

#include "support/random.hpp"

#include <iapp/reactor/engines.hpp>

#include <chrono>
#include <filesystem>
#include <random>

namespace iapp::test {

namespace {

using steady = std::chrono::steady_clock;

} // namespace

reactor_fixture::reactor_fixture(const reactor_options& options,
                                 std::unique_ptr<forwarding_kernel> os) {
    result<std::unique_ptr<reactor>> made = make(options, std::move(os));
    REQUIRE_MESSAGE(made, "no reactor: " << made.error().message());
    io_ = std::move(*made);
}

result<std::unique_ptr<reactor>> reactor_fixture::make(const reactor_options& options,
                                                       std::unique_ptr<forwarding_kernel> os) {
    const std::string engine = wanted_engine(options.engine);
    const bool simulated = engine == "sim_ready" || engine == "sim_completing";
    if (!simulated) {
        os = os ? std::move(os) : std::make_unique<forwarding_kernel>();
        os_ = os.get();
        return reactor::make(options, std::move(os));
    }
    REQUIRE_MESSAGE(!os, "a test that needs the real system has no place here");
    network_ = std::make_unique<sim_network>(sim_options{.seed = seed(), .waits_move_time = true});
    const sim_host host = network_->first_host();
    os = std::make_unique<forwarding_kernel>(network_->make_kernel(host));
    os_ = os.get();
    return reactor::make(options, std::move(os), [&](const engine_parts& parts) {
        const sim_character character =
            engine == "sim_ready" ? sim_character::ready : sim_character::completing;
        return result<std::unique_ptr<iapp::engine>>{network_->make_engine(host, character, parts)};
    });
}

reactor_fixture::~reactor_fixture() {
    CHECK_MESSAGE(io_->close_all(io_->now() + patience()), "every last operation ends");
    CHECK(io_->counters().ops_started == io_->counters().ops_ended);
    CHECK(io_->open_sockets() == 0);
    CHECK(io_->buffers().outstanding() == 0);
}

void reactor_fixture::turn(unsigned count) {
    for (; count > 0; --count) {
        io_->fire_timers();
        io_->poll(duration::zero());
    }
}

void reactor_fixture::run_until(const std::string& what, const std::function<bool()>& done) {
    const steady::time_point limit = steady::now() + patience();
    while (!done()) {
        if (steady::now() > limit) {
            FAIL("gave up waiting: " << what);
        }
        io_->fire_timers();
        const bool by_timer = done(); // then there may be nothing else to wait for
        io_->poll(by_timer ? duration::zero() : std::chrono::milliseconds{10});
    }
}

void reactor_fixture::settle() {
    for (unsigned i = 0; i < 4; ++i) {
        io_->fire_timers();
        io_->poll(std::chrono::milliseconds{5});
    }
}

void reactor_fixture::connect(endpoint& client, const address& to, const connect_options& options) {
    result<stream> made = io_->connect(to, endpoint::recording, &client, options);
    REQUIRE_MESSAGE(made, "connect to " << to.to_string() << ": " << made.error().message());
    client.s = std::move(*made);
}

void reactor_fixture::join_unstarted(endpoint& client, endpoint& server, const address& at) {
    acceptor door;
    door.listen(*io_, at);
    // However the host is tuned, the sockets take less than a test's large texts.
    connect(client, door.at(), {.stream = {.send_buffer_bytes = 128 * 1024}});
    run_until("a connection", [&] { return client.connected == 1 && door.waiting.size() == 1; });
    server.s = door.take();
}

void reactor_fixture::join(endpoint& client, endpoint& server, const receive_options& options,
                           const address& at) {
    join_unstarted(client, server, at);
    client.start(options);
    server.start(options);
}

socket_path::socket_path() {
    std::random_device random;
    path_ = (std::filesystem::temp_directory_path() /
             ("iapp-test-" + std::to_string(random()) + std::to_string(random()) + ".sock"))
                .string();
}

socket_path::~socket_path() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
}

bool socket_path::exists() const {
    std::error_code ignored;
    return std::filesystem::exists(std::filesystem::symlink_status(path_, ignored));
}

} // namespace iapp::test
