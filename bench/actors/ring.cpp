#include "actors/cases.hpp"

#include <vector>

namespace bench {

namespace {

struct token {
    std::uint64_t left; // hops
    std::uint64_t sum;  // of what `left` was at each hop
};

struct next {
    iapp::ref<token> who;
};

class link {
  public:
    using accepts = iapp::messages<token, next>;

    link(iapp::context& cx, finish_line& line, std::uint64_t hops)
        : cx_{cx}, line_{line}, hops_{hops} {}

    void on(token m) {
        m.sum += m.left;
        if (--m.left == 0) {
            line_.arrive(cx_, hops_, m.sum);
            return;
        }
        if (m.left == hops_ - hops_ / 10) {
            line_.warm();
        }
        next_.send(m);
    }

    void on(next m) { next_ = m.who; }

  private:
    iapp::context& cx_;
    finish_line& line_;
    iapp::ref<token> next_;
    const std::uint64_t hops_;
};

struct go {};

// Starts the clock and the token, on the token's own worker.
class starter {
  public:
    using accepts = iapp::messages<go>;

    starter(finish_line& line, iapp::ref<token> first, std::uint64_t hops)
        : line_{line}, first_{first}, hops_{hops} {}

    void on(go) {
        line_.start();
        first_.send(token{hops_, 0});
    }

  private:
    finish_line& line_;
    iapp::ref<token> first_;
    const std::uint64_t hops_;
};

} // namespace

case_run run_ring(const actor_options& options, run_counts& counts) {
    finish_line line;
    iapp::system system{workers_of(1, iapp::idle_policy::adaptive())};
    std::vector<iapp::ref_to<link>> ring;
    for (unsigned i = 0; i < options.actors; ++i) {
        ring.push_back(system.spawn<link>({}, std::ref(line), options.count));
    }
    for (std::size_t i = 0; i < ring.size(); ++i) {
        ring[i].send(next{ring[(i + 1) % ring.size()]});
    }
    system.spawn<starter>({}, std::ref(line), iapp::ref<token>{ring[0]}, options.count).send(go{});
    return finish(system, line, options.count, counts);
}

} // namespace bench
