// A token that goes round: through two actors it is ping-pong.

#include "peers/actors/caf_cases.hpp"
#include "peers/caf/caf_bench.hpp"

#include <vector>

namespace peers {

namespace {

// Passes on the number of hops that are left, and adds up those that it saw.
class link : public pinned_actor {
  public:
    link(caf::actor_config& config, int processor, finish_line<std::uint64_t>& finish)
        : pinned_actor{config, processor}, finish_{finish} {}

    caf::behavior make_behavior() override {
        return {[this](std::uint64_t left, std::uint64_t sum) {
                    if (left == 1) {
                        finish_.reach(sum + left);
                    } else {
                        send(next_, left - 1, sum + left);
                    }
                },
                [this](ready_atom) { return pin(); },
                [this](const caf::actor& next) { next_ = next; }};
    }

    void on_exit() override { next_ = nullptr; }

  private:
    caf::actor next_;
    finish_line<std::uint64_t>& finish_;
};

bench::case_run pass_token(std::uint64_t hops, unsigned links, int processor) {
    finish_line<std::uint64_t> finish;
    caf_config config{1};
    caf::actor_system system{config};
    std::vector<caf::actor> ring;
    for (unsigned i = 0; i < links; ++i) {
        ring.push_back(system.spawn<link>(processor, finish));
    }
    {
        caf::scoped_actor self{system};
        for (unsigned i = 0; i < links; ++i) {
            self->send(ring[i], ring[(i + 1) % links]);
            wait_until_ready(self, ring[i]);
        }
    }
    const clock::time_point start = clock::now();
    caf::anon_send(ring[0], hops, std::uint64_t{0});
    const auto end = finish.wait();
    for (const caf::actor& each : ring) {
        caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    }
    const std::chrono::duration<double, std::nano> took = end.when - start;
    return {took.count() / static_cast<double>(hops), hops, end.result};
}

} // namespace

bench::case_run caf_ping(const bench::actor_options& options, int processor) {
    return pass_token(options.count, 2, processor);
}

bench::case_run caf_ring(const bench::actor_options& options, int processor) {
    return pass_token(options.count, options.actors, processor);
}

} // namespace peers
