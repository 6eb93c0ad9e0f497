#include "peers/savina/caf_savina.hpp"

namespace {

class counter : public caf::event_based_actor {
  public:
    counter(caf::actor_config& config, peers::finish_line<std::uint64_t>& finish)
        : caf::event_based_actor{config}, finish_{finish} {}

    caf::behavior make_behavior() override {
        return {[this](peers::go_atom) { ++count_; },
                [this](peers::done_atom) {
                    finish_.reach(count_);
                    quit();
                }};
    }

  private:
    std::uint64_t count_ = 0;
    peers::finish_line<std::uint64_t>& finish_;
};

void produce(caf::event_based_actor* self, const caf::actor& to, std::uint64_t n) {
    for (std::uint64_t i = 0; i < n; ++i) {
        self->send(to, peers::go_atom::value);
    }
    self->send(to, peers::done_atom::value);
}

} // namespace

int main(int argc, char** argv) {
    return savina::run_problem(
        {"caf_savina_counting", peers::caf_name(), savina::counting_n, 1, {}},
        [](std::uint64_t n, unsigned workers) {
            return peers::solve_with_caf(workers, [n](caf::actor_system& system, auto& finish) {
                system.spawn(produce, system.spawn<counter>(finish), n);
            });
        },
        argc, argv);
}
