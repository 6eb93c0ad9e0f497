#include "savina/solve.hpp"

namespace {

using savina::go;

struct increment {};

struct done {};

class counter {
  public:
    using accepts = iapp::messages<increment, done>;

    counter(iapp::context& cx, savina::solution& all) : cx_{cx}, all_{all} {}

    void on(increment) { ++count_; }

    void on(done) { all_.reach(cx_, count_); }

  private:
    iapp::context& cx_;
    savina::solution& all_;
    std::uint64_t count_ = 0;
};

class producer {
  public:
    using accepts = iapp::messages<go>;

    producer(iapp::context& cx, iapp::ref<increment, done> to, std::uint64_t n)
        : cx_{cx}, to_{to}, left_{n} {}

    void on(go) {
        if (cx_.room(to_) > savina::burst_messages) {
            for (unsigned i = 0; i < savina::burst_messages && left_ > 0; ++i, --left_) {
                to_.send(increment{});
            }
        }
        if (left_ > 0) {
            cx_.when_room(to_, go{});
        } else {
            to_.send(done{});
        }
    }

  private:
    iapp::context& cx_;
    iapp::ref<increment, done> to_;
    std::uint64_t left_;
};

} // namespace

int main(int argc, char** argv) {
    return savina::run_problem(
        {"savina_counting", "iapp", savina::counting_n, 1, {}},
        [](std::uint64_t n, unsigned workers) {
            savina::solution all{workers};
            const auto to = all.spawn<counter>(std::ref(all));
            all.spawn<producer>(to, n).send(go{});
            return all.wait();
        },
        argc, argv);
}
