#pragma once
// worker_driver: who turns the workers of a system - threads of their own, or a loop over all.

#include <iapp/actors/notice.hpp>
#include <iapp/actors/worker.hpp>
#include <iapp/reactor/result.hpp>

#include <chrono>
#include <memory>
#include <span>

namespace iapp {

class offload_pool;

// One for each system. All calls come from the thread that drives the system, none from a worker.
class worker_driver {
  public:
    virtual ~worker_driver() = default;

    // For a driver without threads: it does the offloaded work, which waits in `pool`, by
    // run_one(), as long as the workers are turned.
    virtual void lend(offload_pool&) {}

    // What a worker does its I/O with. All workers of a system have one engine: where none is named
    // and this comes to another one, `options` names that from then on, and all are made anew.
    virtual result<std::unique_ptr<reactor>> make_reactor(const reactor_options& options) = 0;

    // Changes what was asked for a worker to what is possible here.
    virtual void settle(worker_place& place) = 0;

    // Begins to turn these workers, which belong to the system and live until the driver's end.
    // Throws std::system_error, and then none of them is being turned.
    virtual void start(std::span<worker_loop* const> workers) = 0;

    // Lets the workers go on until `what` is given, at most `time` (nanoseconds::max(): for ever).
    // True: it was given.
    virtual bool wait(notice& what, std::chrono::nanoseconds time) = 0;

    // All workers were asked to stop: waits until each has. Null, or one that has not within
    // `time`; then this may be called again.
    virtual const worker_loop* join(std::chrono::nanoseconds time) = 0;
};

} // namespace iapp
