// Clients, a relay, and an echo service behind it; each on a host of its own, or the last two on
// one, over TCP or a Unix socket.

#include "sim/echo_session.hpp"
#include "sim/front.hpp"
#include "sim/scenario.hpp"
#include "sim/trouble.hpp"
#include "sim/visitor.hpp"
#include "sim/way.hpp"

namespace iapp::test {

namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t relay_port = 80;
constexpr std::uint16_t origin_port = 8080;

// Owns both connections of one client, as in examples/relay.
class relay_session {
  public:
    using accepts = messages<connected, bytes, drained, input_ended, closed>;

    relay_session(context& cx, stream client, const address& origin)
        : cx_{cx}, client_{std::move(client)} {
        result<stream> server = cx_.connect(origin);
        if (!server) {
            cx_.stop();
            return;
        }
        server_ = std::move(*server);
        cx_.start(client_);
        cx_.start(server_);
    }

    void on(connected) {}

    void on(bytes m) {
        if (other(m.from).write(std::move(m.data)) != write_status::ok) {
            same(m.from).pause();
        }
    }

    void on(drained m) { other(m.from).resume(); }

    void on(input_ended m) { other(m.from).shutdown_write(); }

    void on(const closed& m) {
        if (m.why || ++closed_ == 2) {
            cx_.stop();
        }
    }

  private:
    stream& same(slot_id id) { return id == client_.id() ? client_ : server_; }

    stream& other(slot_id id) { return id == client_.id() ? server_ : client_; }

    context& cx_;
    stream client_;
    stream server_;
    int closed_ = 0;
};

} // namespace

outcome play_relay(const sim_world_options& options) {
    echo_rules rules; // these before the world, whose actors refer to them to the end
    visits all;
    sim_world world{options};
    sim_random& random = world.random();
    rules.world = all.world = &world;
    rules.latest = all.latest = 20 * world.stall_max() + 1s;
    rules.idle_max = 60s;

    const sim_host here = world.network().first_host();
    const sim_host middle = world.add_host();
    const way by = draw_way(world);
    const sim_host origin = host_by(by, world, middle);
    const address behind = address_by(by, origin, origin_port);
    const address front = sim_network::address_of(middle, relay_port);
    iapp::system* service = &start_service<echo_session>(world, origin, behind, 3, &rules);
    iapp::system* relay = &start_service<relay_session>(world, middle, front, 3, behind);
    iapp::system& clients =
        world.add_system(here, {.workers = static_cast<unsigned>(1 + random.below(3))});
    bool quiet = maybe_make_peace(world);
    quiet = !maybe_partition(world, middle, random.chance(500'000) ? here : origin) && quiet;
    world.run_for(1s); // the services come up

    const std::uint64_t bytes_max = random.chance(300'000) ? 1'000'000 : 50'000;
    for (std::uint64_t i = 1 + random.below(12); i > 0; --i) {
        begin_visit(all, clients, front, bytes_max, 60s);
        world.run_for(duration{static_cast<duration::rep>(random.below(20'000'000))});
        if (random.chance(20'000)) {
            world.kill(*service);
            service = &start_service<echo_session>(world, origin, behind, 3, &rules);
            quiet = false;
        }
        if (random.chance(20'000)) {
            world.kill(*relay);
            relay = &start_service<relay_session>(world, middle, front, 3, behind);
            quiet = false;
        }
    }
    world.require(world.run_until([&] { return all.over(); }, 1h), "every visit ends");
    world.require(!quiet || all.complete(), "without trouble every visit is complete");
    world.require(!quiet || rules.idle_ends == 0, "nor does anybody wait in vain");
    visit_once_more(all, clients, front);
    world.finish();
    return outcome_of(world);
}

} // namespace iapp::test
