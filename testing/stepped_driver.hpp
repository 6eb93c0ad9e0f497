#pragma once
// stepped_driver: turns the workers of a system in the thread that waits for something.

#include <iapp/actors/worker_driver.hpp>
#include <iapp/testing/pretended_signals.hpp>
#include <iapp/testing/stepped_worker.hpp>

#include <vector>

namespace iapp {

// Time and the order of turns are the derived class's business.
class stepped_driver : public worker_driver {
  public:
    // Workers do not spin: there is nobody beside them who could end it. Signals are pretended.
    void settle(worker_place& place) override {
        place.idle = idle_policy::sleep();
        place.signals = &signals_;
    }

    void lend(offload_pool& pool) override { offloads_ = &pool; }

    // Offloaded work that waits, and doing the oldest of it: what a thread of a pool would do.
    bool has_offloads() const noexcept;
    void run_offload() noexcept;

    pretended_signals& signals() noexcept { return signals_; }

    void start(std::span<worker_loop* const> workers) override;
    bool wait(notice& what, std::chrono::nanoseconds time) override;
    const worker_loop* join(std::chrono::nanoseconds time) override;

    std::span<stepped_worker> workers() noexcept { return workers_; }

  protected:
    virtual time_point now() const noexcept = 0;

    // Does the next thing: turns a worker, or lets time pass until there is something to do, at
    // most until `until`. False: nothing happens before that any more.
    virtual bool go_on(time_point until) = 0;

  private:
    template <class Done>
    bool go_on_until(Done done, std::chrono::nanoseconds time);

    pretended_signals signals_;
    std::vector<stepped_worker> workers_;
    offload_pool* offloads_ = nullptr; // the system's
};

} // namespace iapp
