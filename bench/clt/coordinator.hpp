#pragma once
// The actor that knows when the whole of clt is over.

#include "clt/dialer.hpp"

#include <memory>
#include <vector>

namespace clt {

// All dialers, once they are there.
struct dialers {
    std::vector<iapp::ref<finish>> all;
};

// The server has not closed in time.
struct give_up {};

// On worker 0. A signal, or the end of --duration, makes it ask all dialers to finish; when each
// has said that it is done the system stops.
class coordinator {
  public:
    using accepts =
        iapp::messages<dialers, finish, worker_done, hopeless, give_up, iapp::signalled>;

    coordinator(iapp::context& cx, const config& wanted);

    void on(dialers m);
    void on(finish);
    void on(worker_done);
    void on(const hopeless& m);
    void on(give_up);

    void on(iapp::signalled) { on(finish{}); }

  private:
    void tell_dialers();

    iapp::context& cx_;
    std::chrono::nanoseconds finish_max_; // the server may take to close what we half-closed
    unsigned workers_left_;
    std::vector<iapp::ref<finish>> dialers_;
    std::vector<iapp::signal_watch> signals_;
    iapp::timer patience_;
};

} // namespace clt
