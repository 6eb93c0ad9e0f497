#pragma once
// sim_driver: turns the workers of one system of a simulated world.

#include <iapp/reactor/sim/sim_network.hpp>
#include <iapp/testing/engine_tap.hpp>
#include <iapp/testing/stepped_driver.hpp>

#include <vector>

namespace iapp {

class sim_world;

// The world decides who is turned when; what the system waits for lets the whole world go on. When
// the system's process was killed, only its own workers are turned, to their end.
class sim_driver final : public stepped_driver {
  public:
    sim_driver(sim_world& world, sim_host host, sim_character character) noexcept
        : world_{world}, host_{host}, character_{character} {}

    result<std::unique_ptr<reactor>> make_reactor(const reactor_options& options) override;

    sim_host host() const noexcept { return host_; }

    // Whether the world may turn this worker now.
    bool runnable(std::size_t index) noexcept;
    void turn(std::size_t index);

    void stall(std::size_t index, time_point until) noexcept { stalled_until_[index] = until; }

    // When time alone makes one of its workers runnable.
    time_point next_event() noexcept;

    // What nobody may find when no worker is runnable: one that sleeps over its mail, or waits for
    // room in the ring of somebody who sleeps, or a message that nobody has. Empty: all is well.
    std::string lost_wake() noexcept;

    void be_killed() noexcept { killed_ = true; }

  private:
    bool stopping() noexcept;

    time_point now() const noexcept override;
    bool go_on(time_point until) override;

    sim_world& world_;
    sim_host host_;
    sim_character character_;
    bool killed_ = false;
    std::uint64_t turns_after_kill_ = 0;
    std::vector<engine_tap*> taps_; // owned by the reactors
    std::vector<time_point> stalled_until_;
};

} // namespace iapp
