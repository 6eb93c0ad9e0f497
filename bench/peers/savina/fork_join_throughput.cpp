#include "peers/savina/caf_savina.hpp"

namespace {

using counted = std::uint64_t;

constexpr unsigned actors = savina::fork_join_throughput_actors;

// Adds up what the workers say they handled.
caf::behavior collector(caf::event_based_actor* self, unsigned workers,
                        peers::finish_line<std::uint64_t>* finish) {
    auto left = std::make_shared<unsigned>(workers);
    auto sum = std::make_shared<counted>(0);
    return {[=](counted handled) {
        *sum += handled;
        if (--*left == 0) {
            finish->reach(*sum);
            self->quit();
        }
    }};
}

class worker : public caf::event_based_actor {
  public:
    worker(caf::actor_config& config, caf::actor tell, std::uint64_t n)
        : caf::event_based_actor{config}, tell_{std::move(tell)}, n_{n} {}

    caf::behavior make_behavior() override {
        return {[this](peers::go_atom) {
            handled_ += savina::work(1) > 0 ? 1 : 0;
            if (handled_ == n_) {
                send(tell_, handled_);
                quit();
            }
        }};
    }

    void on_exit() override { tell_ = nullptr; }

  private:
    caf::actor tell_;
    std::uint64_t n_;
    counted handled_ = 0;
};

} // namespace

int main(int argc, char** argv) {
    return savina::run_problem(
        {"caf_savina_fork_join_throughput",
         peers::caf_name(),
         savina::fork_join_throughput_n,
         actors,
         {}},
        [](std::uint64_t n, unsigned workers) {
            return peers::solve_with_caf(workers, [n](caf::actor_system& system, auto& finish) {
                const caf::actor tell = system.spawn(collector, actors, &finish);
                std::vector<caf::actor> all;
                for (unsigned i = 0; i < actors; ++i) {
                    all.push_back(system.spawn<worker>(tell, n));
                }
                for (std::uint64_t i = 0; i < n; ++i) {
                    for (const caf::actor& each : all) {
                        caf::anon_send(each, peers::go_atom::value);
                    }
                }
            });
        },
        argc, argv);
}
