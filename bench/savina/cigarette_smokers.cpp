#include "savina/solve.hpp"

#include <vector>

namespace {

using savina::go;

struct started {};

struct smoked {
    std::uint64_t times;
};

struct smoke {
    std::uint64_t steps;
};

struct stop {};

// Tells the arbiter that it started, and then smokes.
class smoker {
  public:
    using accepts = iapp::messages<smoke, stop>;

    smoker(iapp::context& cx, iapp::ref<started, smoked> arbiter) : cx_{cx}, arbiter_{arbiter} {}

    void on(smoke m) {
        arbiter_.send(started{});
        times_ += savina::work(m.steps) > 0 ? 1 : 0;
    }

    void on(stop) {
        arbiter_.send(smoked{times_});
        cx_.stop();
    }

  private:
    iapp::context& cx_;
    iapp::ref<started, smoked> arbiter_;
    std::uint64_t times_ = 0;
};

// Makes the smokers on its own worker: they are asked one after the other, so there is one chain of
// messages, and to wake another worker would take longer than one smokes. Were they spawned by
// main, that would wait for each.
class arbiter {
  public:
    using accepts = iapp::messages<started, smoked>;

    arbiter(iapp::context& cx, savina::solution& all, std::uint64_t n)
        : cx_{cx}, all_{all}, left_{n} {
        for (unsigned i = 0; i < savina::cigarette_smokers_smokers; ++i) {
            smokers_.push_back(cx.spawn<smoker>(cx.self(*this)));
        }
        choose();
    }

    void on(started) {
        if (--left_ > 0) {
            return choose();
        }
        for (const iapp::ref<smoke, stop>& each : smokers_) {
            each.send(stop{});
        }
    }

    void on(smoked m) {
        times_ += m.times;
        if (++ended_ == smokers_.size()) {
            all_.reach(cx_, times_);
        }
    }

  private:
    void choose() {
        const std::uint64_t which = random_.below(smokers_.size());
        smokers_[which].send(smoke{random_.below(savina::cigarette_smokers_steps)});
    }

    iapp::context& cx_;
    savina::solution& all_;
    std::uint64_t left_;
    std::vector<iapp::ref_to<smoker>> smokers_;
    std::uint64_t times_ = 0;
    std::size_t ended_ = 0;
    savina::random_numbers random_{3};
};

} // namespace

int main(int argc, char** argv) {
    return savina::run_problem(
        {"savina_cigarette_smokers", "iapp", savina::cigarette_smokers_n, 1, {}},
        [](std::uint64_t n, unsigned workers) {
            savina::solution all{workers};
            all.spawn<arbiter>(std::ref(all), n);
            return all.wait();
        },
        argc, argv);
}
