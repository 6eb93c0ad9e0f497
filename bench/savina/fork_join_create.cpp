#include "savina/solve.hpp"

namespace {

using savina::go;

struct ended {};

// Counts the children that have ended.
class collector {
  public:
    using accepts = iapp::messages<ended>;

    collector(iapp::context& cx, savina::solution& all, std::uint64_t n)
        : cx_{cx}, all_{all}, n_{n} {}

    void on(ended) {
        if (++ended_ == n_) {
            all_.reach(cx_, ended_);
        }
    }

  private:
    iapp::context& cx_;
    savina::solution& all_;
    const std::uint64_t n_;
    std::uint64_t ended_ = 0;
};

class child {
  public:
    using accepts = iapp::messages<go>;

    child(iapp::context& cx, iapp::ref<ended> tell) : cx_{cx}, tell_{tell} {}

    void on(go) {
        if (savina::work(1) > 0) {
            tell_.send(ended{});
        }
        cx_.stop();
    }

  private:
    iapp::context& cx_;
    iapp::ref<ended> tell_;
};

// Makes the children of its worker.
class creator {
  public:
    using accepts = iapp::messages<go>;

    creator(iapp::context& cx, iapp::ref<ended> tell, std::uint64_t n)
        : cx_{cx}, tell_{tell}, left_{n} {}

    void on(go) {
        if (cx_.room(tell_) > 2 * savina::burst_messages) {
            for (unsigned i = 0; i < savina::burst_messages && left_ > 0; ++i, --left_) {
                cx_.spawn<child>(tell_).send(go{});
            }
        }
        if (left_ > 0) {
            cx_.when_room(tell_, go{});
        }
    }

  private:
    iapp::context& cx_;
    iapp::ref<ended> tell_;
    std::uint64_t left_;
};

} // namespace

int main(int argc, char** argv) {
    return savina::run_problem(
        {"savina_fork_join_create", "iapp", savina::fork_join_create_n, 1, {}},
        [](std::uint64_t n, unsigned workers) {
            savina::solution all{workers};
            const auto tell = all.spawn<collector>(std::ref(all), n);
            for (unsigned i = 0; i < workers; ++i) {
                all.spawn<creator>(tell, n / workers + (i < n % workers ? 1 : 0)).send(go{});
            }
            return all.wait();
        },
        argc, argv);
}
