#pragma once
// visitor: a client that sends bytes which tell their position, and expects them back.

#include "sim/position_bytes.hpp"

#include <iapp/sim.hpp>

#include <chrono>
#include <deque>
#include <system_error>

namespace iapp::test {

// One connection, as its client saw it.
struct visit {
    std::uint64_t number = 0;
    address to;
    std::uint64_t total = 0; // bytes to send and to get back
    duration deadline{};     // then it gives up
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    bool over = false;
    bool end_seen = false; // the server has sent all it will
    bool gave_up = false;
    std::error_code why = {};

    bool complete() const noexcept {
        return end_seen && !gave_up && !why && sent == total && received == total;
    }
};

// All visits of a run. They outlive the world, whose actors refer to them.
struct visits {
    sim_world* world = nullptr;
    duration latest{}; // by which a timer may be late
    std::deque<visit> all;

    bool over() const noexcept;
    // All were complete; a world without trouble has no excuse.
    bool complete() const noexcept;
};

// Whether none of these may end a connection, or keep one from being made.
bool is_peaceful(const sim_faults& faults) noexcept;

// Takes those away in some runs, of which more can be required then; most seeds have one of them.
void maybe_make_peace(sim_world& world);

// Connects, sends in pieces of random sizes, reads with pauses, and closes its side when all is
// sent.
class visitor {
  public:
    struct overdue {
        time_point at;
    };

    struct read_on {};

    using accepts = messages<connected, bytes, drained, input_ended, closed, overdue, read_on>;

    visitor(context& cx, visits& all, visit& mine);
    visitor(visitor&&) = delete;

    ~visitor() { mine_.over = true; }

    void on(connected) { send_more(); }

    void on(const bytes& m);

    void on(drained) { send_more(); }

    void on(input_ended);
    void on(const closed& m);
    void on(overdue m);

    void on(read_on) { stream_.resume(); }

  private:
    void send_more();
    buffer next_piece();

    context& cx_;
    visits& all_;
    visit& mine_;
    position_bytes pattern_;
    stream stream_;
    timer deadline_;
    timer pause_;
};

// Plans one visit and spawns its visitor, on a random worker. The system may refuse (an empty ref);
// then the visit is over.
void begin_visit(visits& all, iapp::system& from, const address& to, std::uint64_t bytes_max,
                 duration deadline);

} // namespace iapp::test
