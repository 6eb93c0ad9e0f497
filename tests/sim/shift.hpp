#pragma once
// shift: one life of a supervisor, as its children saw it, and what must be true of it.

#include <iapp/iapp.hpp>
#include <iapp/sim.hpp>

#include <vector>

namespace iapp::test {

class shift {
  public:
    shift(sim_world& world, const supervision& how, std::size_t children, duration latest)
        : world_{world}, how_{how}, latest_{latest}, seats_(children) {}

    // The child's constructor begins, fails, has succeeded; it is told to stop; it is destroyed.
    void begin(std::size_t child);
    void fail_to_begin(std::size_t child);
    void arrive(std::size_t child);
    void be_told(std::size_t child);
    void leave(std::size_t child);

    // Its owner hears of a start.
    void hear_of_start(std::size_t child, unsigned restarts);
    // It has ended of itself.
    void give_up();

    // Somebody else ends it, so that nothing more is to be said of it.
    void dismiss() noexcept { over_ = true; }

    bool over() const noexcept { return over_; }

    // All children run, and so does the supervisor.
    bool complete() const noexcept;
    // At rest: whom the end of a child concerns has begun anew since.
    void check_restarts() const;

  private:
    struct seat {
        bool there = false;
        bool told = false; // the one there, or there last
        unsigned begins = 0;
        unsigned ends = 0; // not told to
        unsigned restarts_heard = 0;
        std::size_t latest_end = 0; // its place among all ends
        time_point begun{};
        time_point ended{};
        time_point ended_itself{};
        duration pause_min{}; // of the latest restart, as far as it can be told from here
        duration pause_max{};
    };

    duration grown(duration pause) const noexcept;
    void expect_pause(seat& of);
    void check_pause(const seat& of) const;
    void check_budget(const seat& of) const;
    bool budget_exceeded() const noexcept;
    bool concerns(std::size_t child, std::size_t end_of) const noexcept;
    void note_own_end(std::size_t child);

    void require(bool is_so, const char* claim) const { world_.require(over_ || is_so, claim); }

    sim_world& world_;
    supervision how_;
    duration latest_; // by which news may be late
    std::vector<seat> seats_;
    std::vector<time_point> ends_; // of children that were not told to
    bool over_ = false;
};

} // namespace iapp::test
