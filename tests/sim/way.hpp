#pragma once
// way: how the clients of a run reach its service.

#include <iapp/sim.hpp>

#include <string>

namespace iapp::test {

enum class way : std::uint8_t {
    network,  // from host to host
    loopback, // TCP within one
    name,     // a Unix socket
};

// Not from world.random(), whose numbers mean what they did before there was a choice: a seed that
// goes over the network plays as ever.
inline way draw_way(const sim_world& world) {
    const std::uint64_t drawn = sim_random{world.seed() ^ 0x776179U}.below(100);
    return drawn < 65 ? way::network : drawn < 75 ? way::loopback : way::name;
}

// Where the service of those who are on a host runs.
inline sim_host host_by(way by, sim_world& world, sim_host clients) {
    return by == way::network ? world.add_host() : clients;
}

inline address address_by(way by, sim_host service, std::uint16_t port) {
    switch (by) {
    case way::loopback:
        return address::ipv4({127, 0, 0, 1}, port);
    case way::name:
        return address::unix_path("/run/service." + std::to_string(port)).value();
    default:
        return sim_network::address_of(service, port);
    }
}

} // namespace iapp::test
