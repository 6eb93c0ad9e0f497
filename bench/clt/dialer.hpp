#pragma once
// The actor that opens connections, one on each worker.

#include "clt/connection.hpp"

#include <vector>

namespace clt {

struct report {
    struct reply {
        worker_totals totals;
        std::uint64_t bytes_out = 0;
    };
};

// From a dialer to the coordinator: all its connections have ended.
struct worker_done {};

// The first connections failed and none has opened.
struct hopeless {
    iapp::address to;
    std::error_code why;
};

// Time to open what is due.
struct tick {};

// Opens --conns connections, --rate a second, each an actor of its own; with churn it replaces
// those that ended. Told to finish it asks them all to, and says when the last has ended.
class dialer {
  public:
    using accepts = iapp::messages<tick, ended, finish, report>;
    using coordinator_ref = iapp::ref<worker_done, hopeless>;

    dialer(iapp::context& cx, const config& wanted, worker_totals& totals, bench::open_count& open,
           coordinator_ref coordinator);

    void on(tick) { open_due(); }

    void on(const ended& m);
    void on(finish);
    report::reply on(report) const;

  private:
    void open_due();
    void open_one(std::uint64_t number);

    bool all_begun() const noexcept { return begun_ == state_.wanted.conns; }

    const iapp::address& destination(std::uint64_t number) const;
    std::uint64_t share_of_bytes(std::uint64_t number) const;
    void say_when_done();

    iapp::context& cx_;
    worker_state state_;
    coordinator_ref coordinator_;
    std::vector<iapp::ref<finish>> connections_; // by number; of one that ended a stale name
    std::vector<std::uint64_t> to_replace_;      // churn: numbers that ended
    std::uint64_t begun_ = 0;                    // numbers in use so far
    std::uint64_t alive_ = 0;
    double credit_ = 0; // connections that the rate allows by now
    iapp::time_point credited_;
    bool done_told_ = false;
    bool hopeless_told_ = false;
    iapp::timer pace_;
};

} // namespace clt
