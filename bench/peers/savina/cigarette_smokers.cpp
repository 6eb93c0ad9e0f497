#include "peers/savina/caf_savina.hpp"

namespace {

using started_atom = caf::atom_constant<caf::atom("started")>;

// Tells the arbiter that it started, and then smokes.
caf::behavior smoker(caf::event_based_actor* self, caf::actor arbiter) {
    auto smoked = std::make_shared<std::uint64_t>(0);
    return {[=](std::uint64_t steps) {
                self->send(arbiter, started_atom::value);
                *smoked += savina::work(steps) > 0 ? 1 : 0;
            },
            [=](peers::stop_atom) {
                self->send(arbiter, *smoked);
                self->quit();
            }};
}

class arbiter : public caf::event_based_actor {
  public:
    arbiter(caf::actor_config& config, std::uint64_t n, peers::finish_line<std::uint64_t>& finish)
        : caf::event_based_actor{config}, left_{n}, finish_{finish} {}

    caf::behavior make_behavior() override {
        for (unsigned i = 0; i < savina::cigarette_smokers_smokers; ++i) {
            smokers_.push_back(spawn(smoker, caf::actor_cast<caf::actor>(this)));
        }
        choose();
        return {[this](started_atom) {
                    if (--left_ > 0) {
                        return choose();
                    }
                    for (const caf::actor& each : smokers_) {
                        send(each, peers::stop_atom::value);
                    }
                },
                [this](std::uint64_t smoked) {
                    smoked_ += smoked;
                    if (++ended_ == smokers_.size()) {
                        finish_.reach(smoked_);
                        quit();
                    }
                }};
    }

    void on_exit() override { smokers_.clear(); }

  private:
    void choose() {
        const std::uint64_t which = random_.below(smokers_.size());
        send(smokers_[which], random_.below(savina::cigarette_smokers_steps));
    }

    std::uint64_t left_;
    std::vector<caf::actor> smokers_;
    std::uint64_t smoked_ = 0;
    std::size_t ended_ = 0;
    savina::random_numbers random_{3};
    peers::finish_line<std::uint64_t>& finish_;
};

} // namespace

int main(int argc, char** argv) {
    return savina::run_problem(
        {"caf_savina_cigarette_smokers", peers::caf_name(), savina::cigarette_smokers_n, 1, {}},
        [](std::uint64_t n, unsigned workers) {
            return peers::solve_with_caf(workers, [n](caf::actor_system& system, auto& finish) {
                system.spawn<arbiter>(n, finish);
            });
        },
        argc, argv);
}
