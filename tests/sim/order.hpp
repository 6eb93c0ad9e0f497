#pragma once
// Messages from one to another arrive in the order in which they were sent.

#include <iapp/sim.hpp>

#include <cstdint>
#include <map>
#include <utility>

namespace iapp::test {

// Some may be lost (refused, or the receiver ends), none may come twice or overtake another.
class pair_order {
  public:
    // To fail with; before everything else.
    void use(sim_world& world) noexcept { world_ = &world; }

    // The number of the next message from one to the other, from 1.
    std::uint32_t next(std::uint32_t from, std::uint32_t to) { return ++flows_[{from, to}].sent; }

    void arrived(std::uint32_t from, std::uint32_t to, std::uint32_t sequence) {
        flow& of = flows_[{from, to}];
        world_->require(sequence > of.seen, "messages of a pair arrive in order, and once");
        world_->require(sequence <= of.sent, "what arrives was sent");
        of.seen = sequence;
    }

  private:
    struct flow {
        std::uint32_t sent = 0;
        std::uint32_t seen = 0;
    };

    sim_world* world_ = nullptr;
    std::map<std::pair<std::uint32_t, std::uint32_t>, flow> flows_;
};

} // namespace iapp::test
