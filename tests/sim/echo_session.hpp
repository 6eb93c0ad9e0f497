#pragma once
// echo_session: the server's end of a connection; sends back what comes, and waits only so long.

#include <iapp/sim.hpp>

namespace iapp::test {

// How a run's echo sessions behave, and what they found.
struct echo_rules {
    sim_world* world = nullptr;
    duration idle_max{}; // without bytes for so long a session closes
    duration latest{};   // by which a timer may be late
    std::uint64_t bytes = 0;
    std::uint64_t idle_ends = 0;
};

class echo_session {
  public:
    struct idle {
        time_point at;
    };

    using accepts = messages<bytes, drained, input_ended, closed, idle>;

    echo_session(context& cx, stream s, echo_rules* rules)
        : cx_{cx}, rules_{*rules}, stream_{std::move(s)} {
        cx_.start(stream_);
        wait_for_bytes();
    }

    void on(bytes m) {
        rules_.bytes += m.size;
        wait_for_bytes();
        if (stream_.write(std::move(m.data)) != write_status::ok) {
            stream_.pause();
        }
    }

    void on(drained) { stream_.resume(); }

    // Either way the peer is to get all of it.
    void on(input_ended) {
        const bool little = stream_.unsent_bytes() < 20'000;
        if (little && rules_.world->random().chance(300'000)) {
            stream_.close();
            cx_.stop();
        } else {
            stream_.shutdown_write();
        }
    }

    void on(const closed&) { cx_.stop(); }

    void on(idle m) {
        const duration late = cx_.now() - m.at;
        rules_.world->require(late >= duration::zero() && late <= rules_.latest,
                              "an idle session ends in its time");
        ++rules_.idle_ends;
        stream_.close();
    }

  private:
    void wait_for_bytes() { idle_ = cx_.after(rules_.idle_max, idle{cx_.now() + rules_.idle_max}); }

    context& cx_;
    echo_rules& rules_;
    stream stream_;
    timer idle_;
};

} // namespace iapp::test
