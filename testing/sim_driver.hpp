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
    // `program` tells it from others of the same host.
    sim_driver(sim_world& world, sim_host host, std::uint32_t program,
               sim_character character) noexcept
        : world_{world}, host_{host}, program_{program}, character_{character} {}

    result<std::unique_ptr<reactor>> make_reactor(const reactor_options& options) override;

    sim_host host() const noexcept { return host_; }

    std::uint32_t program() const noexcept { return program_; }

    // Whether the world may turn this worker now.
    bool runnable(std::size_t index) noexcept;
    void turn(std::size_t index);

    void stall(std::size_t index, time_point until) noexcept { stalled_until_[index] = until; }

    void end_stalls() noexcept;

    // When time alone makes one of its workers runnable.
    time_point next_event() noexcept;

    // What nobody may find when no worker is runnable: one that sleeps over its mail, or waits for
    // room in the ring of somebody who sleeps, or a message that nobody has. Empty: all is well.
    std::string lost_wake() noexcept;

    void be_killed() noexcept { killed_ = true; }

    // Whether somebody waits in the system, further up the stack.
    bool in_use() const noexcept { return waits_ > 0; }

  private:
    bool stopping() noexcept;

    time_point now() const noexcept override;
    bool go_on(time_point until) override;

    sim_world& world_;
    sim_host host_;
    std::uint32_t program_;
    sim_character character_;
    bool killed_ = false;
    std::uint64_t turns_after_kill_ = 0;
    int waits_ = 0;
    std::vector<engine_tap*> taps_; // owned by the reactors
    std::vector<time_point> stalled_until_;
};

} // namespace iapp
