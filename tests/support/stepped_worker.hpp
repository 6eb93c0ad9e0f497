#pragma once
// A worker without a thread, stepped by the test, under a clock that stands still.

#include "support/actors.hpp"
#include "support/kernels.hpp"
#include "support/waiting.hpp"

#include <iapp/actors/system.hpp>

#include <doctest/doctest.h>

namespace iapp::test {

class stepped_worker final : private system_control {
  public:
    explicit stepped_worker(const worker_limits& limits = {}) : mesh_{1, limits.port()} {
        auto os = std::make_unique<stopped_clock_kernel>();
        os_ = os.get();
        result<std::unique_ptr<reactor>> io = reactor::make({}, std::move(os));
        REQUIRE(io);
        system_control& control = *this;
        loop_ = std::make_unique<worker_loop>(worker_place{.mesh = mesh_.ports()}, std::move(*io),
                                              limits, control);
    }

    ~stepped_worker() {
        end();
        const worker_statistics last = loop_->statistics();
        CHECK(last.actors.actors_spawned == last.actors.actors_ended);
        check_posts(last);
        CHECK(last.io.ops_started == last.io.ops_ended);
        CHECK(loop_->memory().outstanding() == 0);
        CHECK(loop_->io().timers().armed() == 0);
    }

    stepped_worker(const stepped_worker&) = delete;
    stepped_worker& operator=(const stepped_worker&) = delete;

    // The actor with these arguments, on this worker.
    template <class A, class... Args>
    A& spawn(Args&&... args) {
        return spawn_limited<A>({}, std::forward<Args>(args)...);
    }

    // The same with a limit on what may wait for it.
    template <class A, class... Args>
    A& spawn_limited(const mailbox_options& mailbox, Args&&... args) {
        cell* const made = loop_->spawn_cell<A>(mailbox, std::forward<Args>(args)...);
        REQUIRE(made != nullptr);
        return detail::actor_in<A>(*made);
    }

    // Lets f() run on the worker, as a message to it would, in a turn.
    template <class F>
    void act(F f) {
        REQUIRE(iapp::post(*loop_, std::move(f)));
        turn();
    }

    // Turns that do not wait.
    void turn(unsigned count = 1) {
        for (; count > 0; --count) {
            loop_->turn(time_point{});
        }
    }

    // Lets time pass, then takes as many turns as anything due may need.
    void pass(duration time, unsigned turns = 20) {
        os_->ahead += time;
        turn(turns);
    }

    // Does all offloaded work, in this thread; returns how many pieces.
    unsigned work() {
        unsigned done = 0;
        for (; offloads_.run_one(); ++done) {
        }
        return done;
    }

    // Ends all actors, as a system that stops.
    void end() {
        if (!ended_) {
            ended_ = true;
            loop_->ask_to_stop();
            loop_->run();
            CHECK(offloads_.stop({}));
            while (loop_->discard_mail()) {
            }
        }
    }

    worker_loop& loop() noexcept { return *loop_; }

    int exit_status() const noexcept { return exit_status_; }

  private:
    void request_stop(int status) noexcept override { exit_status_ = status; }

    worker_loop& at(worker) override { return *loop_; }

    offload_pool* offloads() noexcept override { return &offloads_; }

    mesh mesh_;
    stopped_clock_kernel* os_;
    offload_pool offloads_{{.threads = 0}, "stepped"};
    std::unique_ptr<worker_loop> loop_;
    int exit_status_ = -1;
    bool ended_ = false;
};

} // namespace iapp::test
