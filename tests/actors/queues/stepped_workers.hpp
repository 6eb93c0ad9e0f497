#pragma once
// Several workers without threads, stepped by the test in any order.

#include "support/actors.hpp"

#include <memory>
#include <vector>

namespace iapp::test {

class stepped_workers final : private system_control {
  public:
    explicit stepped_workers(unsigned count, const worker_limits& limits = {})
        : mesh_{count, limits.port()} {
        system_control& control = *this;
        for (unsigned i = 0; i < count; ++i) {
            result<std::unique_ptr<reactor>> io = reactor::make({});
            REQUIRE(io);
            loops_.push_back(std::make_unique<worker_loop>(
                worker_place{.index = i, .mesh = mesh_.ports()}, std::move(*io), limits, control));
        }
    }

    ~stepped_workers() { end(); }

    stepped_workers(const stepped_workers&) = delete;
    stepped_workers& operator=(const stepped_workers&) = delete;

    template <class A, class... Args>
    A& spawn(unsigned on, Args&&... args) {
        const slot_id id = loops_[on]->spawn<A>(std::forward<Args>(args)...);
        cell* made = loops_[on]->find(id);
        REQUIRE(made != nullptr);
        return detail::actor_in<A>(*made);
    }

    void turn(unsigned which) { loops_[which]->turn(time_point{}); }

    // Enough for all that is under way to arrive, if nobody goes on sending.
    void settle() {
        for (unsigned round = 0; round < 10; ++round) {
            for (const auto& loop : loops_) {
                loop->turn(time_point{});
            }
        }
    }

    // As a system that stops, and checks the books.
    void end() {
        if (ended_) {
            return;
        }
        ended_ = true;
        for (const auto& loop : loops_) {
            loop->ask_to_stop();
        }
        for (const auto& loop : loops_) {
            loop->run();
        }
        for (bool some = true; some;) {
            some = false;
            for (const auto& loop : loops_) {
                some = loop->discard_mail() || some;
            }
        }
        const worker_statistics last = statistics();
        CHECK(last.actors.sent == last.actors.delivered + dead_letters(last));
        CHECK(last.actors.actors_spawned == last.actors.actors_ended);
        for (const auto& loop : loops_) {
            loop->turn(time_point{}); // takes home what the others have given back
            CHECK(loop->memory().outstanding() == 0);
        }
    }

    worker_statistics statistics() const {
        worker_statistics sum;
        for (const auto& loop : loops_) {
            sum += loop->statistics();
        }
        return sum;
    }

    worker_loop& loop(unsigned which) noexcept { return *loops_[which]; }

    unsigned size() const noexcept { return static_cast<unsigned>(loops_.size()); }

  private:
    void request_stop(int) noexcept override {}

    worker_loop& at(worker which) override { return *loops_[which.index]; }

    mesh mesh_;
    std::vector<std::unique_ptr<worker_loop>> loops_;
    bool ended_ = false;
};

} // namespace iapp::test
