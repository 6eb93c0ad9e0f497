#pragma once
// visitor: a client that sends bytes which tell their position, and expects them back.

#include <iapp/sim.hpp>

#include <chrono>
#include <deque>
#include <functional>
#include <span>
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
    bool leaves = false; // in the middle, as it was planned
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
    // All that were to be complete were; a world without trouble has no excuse.
    bool complete() const noexcept;

    // The next bytes to send; the visit has yet to count them as sent.
    buffer next_piece(const visit& mine, buffer_pool& from);
    // Checks what came back, and counts it.
    void received(visit& mine, std::span<const std::byte> what);
};

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

    context& cx_;
    visits& all_;
    visit& mine_;
    stream stream_;
    timer deadline_;
    timer pause_;
};

visit& plan_visit(visits& all, const address& to, std::uint64_t bytes_max, duration deadline);

// Plans one visit and spawns its visitor, on a random worker. The system may refuse (an empty ref);
// then the visit is over.
template <class Visitor = visitor>
void begin_visit(visits& all, iapp::system& from, const address& to, std::uint64_t bytes_max,
                 duration deadline) {
    visit& mine = plan_visit(all, to, bytes_max, deadline);
    const worker on{static_cast<unsigned>(all.world->random().below(from.workers()))};
    if (!from.spawn<Visitor>({.on = on}, std::ref(all), std::ref(mine))) {
        mine.over = true;
    }
}

// When all trouble is over, a visit must succeed.
void visit_once_more(visits& all, iapp::system& from, const address& to);

} // namespace iapp::test
