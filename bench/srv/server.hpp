#pragma once
// The actor that listens, one on each worker.

#include "srv/connection.hpp"

#include <string>
#include <vector>

namespace srv {

// Where a server listens, or why it could not.
struct listening {
    std::vector<iapp::address> at;
    std::string error;
    std::error_code why;
};

struct where {
    using reply = listening;
};

struct report {
    struct reply {
        worker_totals totals;
        std::uint64_t bytes_out = 0;
        std::uint64_t accept_pauses = 0;
        std::error_code accept_pause_why;
    };
};

// Listens at every address, spawns an actor for each connection it admits. The first one, on
// worker 0, also takes the signals that end the program.
class server {
  public:
    using accepts =
        iapp::messages<iapp::accepted, iapp::closed, iapp::signalled, granted, where, report>;

    // `at`: config.listen, with the ports that the first server got where 0 was asked for.
    server(iapp::context& cx, const config& wanted, worker_totals& totals, bench::open_count& open,
           iapp::ref<need_places, return_places> keeper, const std::vector<iapp::address>& at);

    void on(iapp::accepted m);
    void on(granted m);
    void on(const iapp::closed& m);

    void on(iapp::signalled) { cx_.stop_system(bench::exit_ok); }

    listening on(where) const { return listening_; }

    report::reply on(report) const;

  private:
    bool listen_everywhere(const iapp::address& at);
    bool listen_at_each(const iapp::address& at);
    bool listen_at(const iapp::address& at);
    void admit(iapp::stream connection);
    void refuse_waiting();
    void make_pattern();

    iapp::context& cx_;
    worker_state state_;
    listening listening_;
    std::vector<iapp::listener> listeners_;
    std::vector<iapp::stream> waiting_; // for a place; their listener is paused at waiting_max
    std::vector<iapp::signal_watch> signals_;
};

} // namespace srv
