#pragma once
// Actors that subscribe, for the tests of event queues.

#include "support/stepped_worker.hpp"

#include <iapp/actors/event_queue.hpp>

#include <string>
#include <vector>

namespace iapp::test {

struct tick {
    int number = 0;
};

// Does not travel by value.
struct news {
    std::string text;
};

struct leave {};

struct join {};

struct fail {};

struct quit {};

// What a listener has heard, in order; outlives it.
using diary = std::vector<int>;

// Subscribes at once, and notes what it hears.
class listener_actor {
  public:
    using accepts = messages<tick, join, leave, fail, quit>;

    listener_actor(context& cx, event_queue<tick> to, diary& heard, bool joined = true)
        : cx_{cx}, to_{to}, heard_{heard} {
        if (joined) {
            on(join{});
        }
    }

    void on(tick what) {
        heard_.push_back(what.number);
        if (on_tick) {
            on_tick(what);
        }
    }

    void on(join) { heard_from_ = cx_.subscribe(*this, to_); }

    void on(leave) { heard_from_.cancel(); }

    void on(fail) { throw std::runtime_error{"as the test wants it"}; }

    void on(quit) { cx_.stop(); }

    bool joined() const { return static_cast<bool>(heard_from_); }

    ref_to<listener_actor> self() { return cx_.self(*this); }

    context& cx() { return cx_; }

    std::function<void(tick)> on_tick;

  private:
    context& cx_;
    event_queue<tick> to_;
    diary& heard_;
    subscription heard_from_;
};

inline void check_queue(const queue_counters& of) {
    CHECK(of.sent == of.handed_out + of.dropped + of.stopped);
}

} // namespace iapp::test
