#pragma once
// Several workers of one system without threads, stepped by the test under one clock that stands
// still.

#include "support/stepped_worker.hpp"

#include <vector>

namespace iapp::test {

class stepped_workers final : private system_control {
  public:
    explicit stepped_workers(unsigned count, const worker_limits& limits = {})
        : mesh_{count, limits.port()} {
        for (unsigned i = 0; i < count; ++i) {
            auto os = std::make_unique<stopped_clock_kernel>();
            os_.push_back(os.get());
            result<std::unique_ptr<reactor>> io = reactor::make({}, std::move(os));
            REQUIRE(io);
            system_control& control = *this;
            loops_.push_back(std::make_unique<worker_loop>(
                worker_place{.index = i, .mesh = mesh_.ports()}, std::move(*io), limits, control));
        }
        std::vector<worker_loop*> all;
        for (const auto& each : loops_) {
            all.push_back(each.get());
        }
        slot_grants::begin(all);
    }

    // Checks that everything adds up and nothing is left.
    ~stepped_workers() {
        end();
        const worker_statistics sum = statistics();
        for (const auto& loop : loops_) {
            CHECK(loop->memory().outstanding() == 0);
            CHECK(loop->io().timers().armed() == 0);
            CHECK(loop->bonds().size() == 0);
        }
        CHECK(sum.actors.sent == sum.actors.delivered + dead_letters(sum));
        CHECK(sum.actors.actors_spawned == sum.actors.actors_ended);
        CHECK(sum.io.ops_started == sum.io.ops_ended);
        check_posts(sum);
    }

    stepped_workers(const stepped_workers&) = delete;
    stepped_workers& operator=(const stepped_workers&) = delete;

    template <class A, class... Args>
    A& spawn(unsigned on, Args&&... args) {
        const slot_id id = loops_[on]->spawn<A>(std::forward<Args>(args)...);
        cell* made = loops_[on]->find(id);
        REQUIRE(made != nullptr);
        return detail::actor_in<A>(*made);
    }

    // One turn of one worker, which does not wait.
    void step(unsigned which) { loops_[which]->turn(time_point{}); }

    // f() within a turn of that worker.
    template <class F>
    void in_turn(unsigned which, F f) {
        REQUIRE(post(*loops_[which], std::move(f)));
        step(which);
    }

    // As many turns of each as anything under way may need.
    void settle(unsigned turns = 20) {
        for (; turns > 0; --turns) {
            for (unsigned i = 0; i < count(); ++i) {
                step(i);
            }
        }
    }

    void pass(duration time) {
        for (stopped_clock_kernel* os : os_) {
            os->ahead += time;
        }
        settle();
    }

    // Ends all actors, as a system that stops.
    void end() {
        for (; ended_ < count(); ++ended_) {
            loops_[ended_]->ask_to_stop();
            loops_[ended_]->run();
        }
        for (bool some = true; some;) {
            some = false;
            for (const auto& loop : loops_) {
                some = loop->discard_mail() || some;
            }
        }
    }

    worker_statistics statistics() const {
        worker_statistics sum;
        for (const auto& loop : loops_) {
            sum += loop->statistics();
        }
        return sum;
    }

    unsigned count() const noexcept { return static_cast<unsigned>(loops_.size()); }

    worker_loop& loop(unsigned which) noexcept { return *loops_[which]; }

  private:
    void request_stop(int) noexcept override {}

    worker_loop& at(worker which) override { return *loops_[which.index]; }

    mesh mesh_;
    std::vector<stopped_clock_kernel*> os_;
    std::vector<std::unique_ptr<worker_loop>> loops_;
    unsigned ended_ = 0;
};

} // namespace iapp::test
