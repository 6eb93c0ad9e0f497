#include "savina/solve.hpp"

#include <utility>
#include <vector>

namespace {

struct token {
    std::uint64_t hops;
};

struct next {
    iapp::ref<token> who;
};

class node {
  public:
    using accepts = iapp::messages<next, token>;

    node(iapp::context& cx, savina::solution& all, std::uint64_t n) : cx_{cx}, all_{all}, n_{n} {}

    // Comes from main, and a token from another worker may be faster.
    void on(next m) {
        next_ = m.who;
        if (early_.hops > 0) {
            on(std::exchange(early_, token{}));
        }
    }

    void on(token m) {
        if (m.hops == n_) {
            all_.reach(cx_, m.hops);
        } else if (!next_) {
            early_ = m;
        } else {
            next_.send(token{m.hops + 1});
        }
    }

  private:
    iapp::context& cx_;
    savina::solution& all_;
    const std::uint64_t n_;
    iapp::ref<token> next_;
    token early_{};
};

} // namespace

int main(int argc, char** argv) {
    return savina::run_problem(
        {"savina_thread_ring", "iapp", savina::thread_ring_n, 1, {}},
        [](std::uint64_t n, unsigned workers) {
            savina::solution all{workers};
            std::vector<iapp::ref_to<node>> ring;
            constexpr unsigned actors = savina::thread_ring_actors;
            for (unsigned i = 0; i < actors; ++i) {
                ring.push_back(all.spawn_near<node>(i, actors, std::ref(all), n));
            }
            for (unsigned i = 0; i < actors; ++i) {
                ring[i].send(next{ring[(i + 1) % actors]});
            }
            ring[0].send(token{1});
            return all.wait();
        },
        argc, argv);
}
