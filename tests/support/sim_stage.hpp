#pragma once
// Reactors on a simulated network, stepped in an order drawn from the seed.

#include "support/endpoint.hpp"

#include <iapp/reactor/sim/sim_network.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace iapp::test {

// One reactor on each host. At its end everything is closed, and every operation must have ended
// and every descriptor, connection and buffer be back. Endpoints are declared after it.
class sim_stage {
  public:
    sim_stage(const sim_options& options, const std::vector<sim_character>& characters);
    ~sim_stage();
    sim_stage(const sim_stage&) = delete;
    sim_stage& operator=(const sim_stage&) = delete;

    sim_network& net() noexcept { return net_; }

    reactor& io(std::size_t host) noexcept { return *reactors_[host]; }

    sim_host host(std::size_t index) const noexcept { return {static_cast<std::uint32_t>(index)}; }

    // A turn of one reactor, drawn from the seed; where nobody has anything to do, time passes
    // until somebody has. False when nobody ever will.
    bool step();

    // Steps until `done` is true, at most for so long in simulated time; the test fails with `what`
    // when that does not come.
    void run_until(const std::string& what, const std::function<bool()>& done,
                   duration limit = std::chrono::hours{1});

    // Steps for so long in simulated time, if there is anything to do.
    void run_for(duration time);

    // A turn of each until nobody has anything to do at the present time.
    void settle();

    // A process that ended takes its reactor along.
    void drop(std::size_t host);
    void replace(std::size_t host, sim_character character);

    // Connects from one host to a listener on another for the purpose, and starts both ends.
    void join(std::size_t from, endpoint& client, std::size_t to, endpoint& server,
              const receive_options& options = {});

    void connect(std::size_t from, endpoint& client, const address& to,
                 const connect_options& options = {});

    // Listens at the address by which other hosts reach it.
    void listen(std::size_t on, acceptor& door, std::uint16_t port = 0,
                const listen_options& options = {});

  private:
    static void end(reactor& io);
    void turn(reactor& io);
    bool has_work() const;
    time_point next_time() const;

    sim_network net_;
    sim_random order_;
    std::vector<std::unique_ptr<reactor>> reactors_;
};

// Both characters, and both at once: what a test on two hosts runs on.
inline const std::vector<std::vector<sim_character>>& sim_pairs() {
    using enum sim_character;
    static const std::vector<std::vector<sim_character>> all{
        {ready, ready}, {completing, completing}, {ready, completing}};
    return all;
}

} // namespace iapp::test
