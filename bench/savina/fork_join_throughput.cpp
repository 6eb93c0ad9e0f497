#include "savina/solve.hpp"

#include <vector>

namespace {

using savina::go;

constexpr unsigned actors = savina::fork_join_throughput_actors;

struct handled {
    std::uint64_t messages;
};

// Adds up what the workers say they handled.
class collector {
  public:
    using accepts = iapp::messages<handled>;

    collector(iapp::context& cx, savina::solution& all) : cx_{cx}, all_{all} {}

    void on(handled m) {
        sum_ += m.messages;
        if (++told_ == actors) {
            all_.reach(cx_, sum_);
        }
    }

  private:
    iapp::context& cx_;
    savina::solution& all_;
    std::uint64_t sum_ = 0;
    unsigned told_ = 0;
};

class worker {
  public:
    using accepts = iapp::messages<go>;

    worker(iapp::context& cx, iapp::ref<handled> tell, std::uint64_t n)
        : cx_{cx}, tell_{tell}, n_{n} {}

    void on(go) {
        handled_ += savina::work(1) > 0 ? 1 : 0;
        if (handled_ == n_) {
            tell_.send(handled{handled_});
            cx_.stop();
        }
    }

  private:
    iapp::context& cx_;
    iapp::ref<handled> tell_;
    const std::uint64_t n_;
    std::uint64_t handled_ = 0;
};

// Sends rounds of one message to each, as long as there is room for a round to each worker.
class source {
  public:
    using accepts = iapp::messages<go>;

    source(iapp::context& cx, std::vector<iapp::ref<go>> to, std::uint64_t n)
        : cx_{cx}, to_{std::move(to)}, left_{n} {}

    void on(go) {
        const iapp::ref<go>* full = find_full();
        for (; full == nullptr && left_ > 0; --left_) {
            for (const iapp::ref<go>& each : to_) {
                each.send(go{});
            }
            full = find_full();
        }
        if (left_ > 0) {
            cx_.when_room(*full, go{});
        }
    }

  private:
    const iapp::ref<go>* find_full() const {
        for (const iapp::ref<go>& each : to_) {
            if (cx_.room(each) < actors) {
                return &each;
            }
        }
        return nullptr;
    }

    iapp::context& cx_;
    std::vector<iapp::ref<go>> to_;
    std::uint64_t left_;
};

} // namespace

int main(int argc, char** argv) {
    return savina::run_problem(
        {"savina_fork_join_throughput", "iapp", savina::fork_join_throughput_n, actors, {}},
        [](std::uint64_t n, unsigned workers) {
            savina::solution all{workers};
            const auto tell = all.spawn<collector>(std::ref(all));
            std::vector<iapp::ref<go>> to;
            for (unsigned i = 0; i < actors; ++i) {
                to.push_back(all.spawn<worker>(tell, n));
            }
            all.spawn<source>(to, n).send(go{});
            return all.wait();
        },
        argc, argv);
}
