#include "peers/savina/caf_savina.hpp"

#include <atomic>
#include <memory>

namespace {

// Counts down the children that are still there.
struct children {
    std::atomic<std::uint64_t> left;
    std::uint64_t n;
    peers::finish_line<std::uint64_t>& finish;

    void one_done() {
        // acq_rel: whoever is last has seen the work of all others
        if (left.fetch_sub(1, std::memory_order_acq_rel) == 1) {
            finish.reach(n);
        }
    }
};

caf::behavior child(caf::event_based_actor* self, std::shared_ptr<children> all) {
    return {[self, all = std::move(all)](peers::go_atom) {
        if (savina::work(1) > 0) {
            all->one_done();
        }
        self->quit();
    }};
}

} // namespace

int main(int argc, char** argv) {
    return savina::run_problem(
        {"caf_savina_fork_join_create", peers::caf_name(), savina::fork_join_create_n, 1, {}},
        [](std::uint64_t n, unsigned workers) {
            return peers::solve_with_caf(workers, [n](caf::actor_system& system, auto& finish) {
                const std::shared_ptr<children> all{new children{{n}, n, finish}};
                for (std::uint64_t i = 0; i < n; ++i) {
                    caf::anon_send(system.spawn<caf::lazy_init>(child, all), peers::go_atom::value);
                }
            });
        },
        argc, argv);
}
