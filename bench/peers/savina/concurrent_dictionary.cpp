#include "peers/savina/caf_savina.hpp"

#include <unordered_map>

namespace {

using read_atom = caf::atom_constant<caf::atom("read")>;
using write_atom = caf::atom_constant<caf::atom("write")>;

class dictionary : public caf::event_based_actor {
  public:
    dictionary(caf::actor_config& config, peers::finish_line<std::uint64_t>& finish)
        : caf::event_based_actor{config}, finish_{finish} {}

    caf::behavior make_behavior() override {
        return {[this](read_atom, std::uint64_t key) -> std::uint64_t {
                    const auto found = values_.find(key);
                    return found == values_.end() ? 0 : found->second;
                },
                [this](write_atom, std::uint64_t key, std::uint64_t value) {
                    values_[key] = value;
                    return value;
                },
                [this](peers::done_atom, std::uint64_t answered) {
                    answered_ += answered;
                    if (++workers_done_ == savina::concurrent_dictionary_workers) {
                        finish_.reach(answered_ + values_.size());
                        quit();
                    }
                }};
    }

  private:
    std::unordered_map<std::uint64_t, std::uint64_t> values_;
    std::uint64_t answered_ = 0;
    unsigned workers_done_ = 0;
    peers::finish_line<std::uint64_t>& finish_;
};

// Sends the next request when the last one was answered.
class worker : public caf::event_based_actor {
  public:
    worker(caf::actor_config& config, caf::actor asked, std::uint64_t seed, std::uint64_t n)
        : caf::event_based_actor{config}, asked_{std::move(asked)}, random_{seed}, n_{n} {}

    caf::behavior make_behavior() override {
        return {[this](peers::go_atom) { next(); },
                [this](std::uint64_t) {
                    ++answered_;
                    next();
                }};
    }

    void on_exit() override { asked_ = nullptr; }

  private:
    void next() {
        if (answered_ == n_) {
            send(asked_, peers::done_atom::value, answered_);
            return quit();
        }
        const savina::dictionary_request request = savina::next_request(random_);
        if (request.write) {
            send(asked_, write_atom::value, request.key, answered_);
        } else {
            send(asked_, read_atom::value, request.key);
        }
    }

    caf::actor asked_;
    savina::random_numbers random_;
    std::uint64_t n_;
    std::uint64_t answered_ = 0;
};

} // namespace

int main(int argc, char** argv) {
    return savina::run_problem(
        {"caf_savina_concurrent_dictionary", peers::caf_name(), savina::concurrent_dictionary_n, 1,
         savina::concurrent_dictionary_expected},
        [](std::uint64_t n, unsigned workers) {
            return peers::solve_with_caf(workers, [n](caf::actor_system& system, auto& finish) {
                const caf::actor asked = system.spawn<dictionary>(finish);
                for (unsigned i = 0; i < savina::concurrent_dictionary_workers; ++i) {
                    caf::anon_send(system.spawn<worker>(asked, i, n), peers::go_atom::value);
                }
            });
        },
        argc, argv);
}
