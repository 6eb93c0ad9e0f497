#include "peers/savina/caf_savina.hpp"

namespace {

constexpr unsigned actors = savina::thread_ring_actors;

class node : public caf::event_based_actor {
  public:
    node(caf::actor_config& config, std::uint64_t n, peers::finish_line<std::uint64_t>& finish)
        : caf::event_based_actor{config}, n_{n}, finish_{finish} {}

    caf::behavior make_behavior() override {
        return {[this](const caf::actor& next) { next_ = next; },
                [this](std::uint64_t hops) {
                    if (hops == n_) {
                        finish_.reach(hops);
                        send(next_, peers::stop_atom::value);
                        quit();
                    } else {
                        send(next_, hops + 1);
                    }
                },
                [this](peers::stop_atom) {
                    send(next_, peers::stop_atom::value); // a dead letter once the ring is round
                    quit();
                }};
    }

    void on_exit() override { next_ = nullptr; }

  private:
    caf::actor next_;
    std::uint64_t n_;
    peers::finish_line<std::uint64_t>& finish_;
};

} // namespace

int main(int argc, char** argv) {
    return savina::run_problem(
        {"caf_savina_thread_ring", peers::caf_name(), savina::thread_ring_n, 1, {}},
        [](std::uint64_t n, unsigned workers) {
            return peers::solve_with_caf(workers, [n](caf::actor_system& system, auto& finish) {
                std::vector<caf::actor> ring;
                for (unsigned i = 0; i < actors; ++i) {
                    ring.push_back(system.spawn<node>(n, finish));
                }
                for (unsigned i = 0; i < actors; ++i) {
                    caf::anon_send(ring[i], ring[(i + 1) % actors]);
                }
                caf::anon_send(ring[0], std::uint64_t{1});
            });
        },
        argc, argv);
}
