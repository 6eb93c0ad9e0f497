#pragma once
// stepped_worker: a worker that is turned by hand, from its start to its end.

#include <iapp/actors/worker.hpp>

namespace iapp {

// Does with each turn what the worker's thread would do next. One thread.
class stepped_worker {
  public:
    explicit stepped_worker(worker_loop& loop) noexcept : loop_{&loop} {}

    // One turn, which waits no longer than until `deadline`; nothing when the worker has ended.
    void turn(time_point deadline);

    // Whether a turn would do something at once, as far as worker and reactor know.
    bool has_work() const noexcept;

    // When its timers want a turn; time_point::max() when there is none.
    time_point next_timer() const noexcept;

    // Asked to stop, and done with it.
    bool ended() const noexcept { return phase_ == phase::ended; }

    worker_loop& loop() const noexcept { return *loop_; }

  private:
    enum class phase : std::uint8_t { running, ending, ended };

    worker_loop* loop_;
    phase phase_ = phase::running;
};

} // namespace iapp
