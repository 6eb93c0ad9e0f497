// ask: one request at a time, its answer by a callback.

#include "actors/cases.hpp"

namespace bench {

namespace {

struct start_asking {};

struct question {
    std::uint64_t number;
    using reply = std::uint64_t;
};

// Gives back what it is asked.
class answering {
  public:
    using accepts = iapp::messages<question>;

    std::uint64_t on(question what) { return what.number; }
};

class asking {
  public:
    using accepts = iapp::messages<start_asking>;

    asking(iapp::context& cx, finish_line& line, iapp::ref<question> partner, std::uint64_t count)
        : cx_{cx}, line_{line}, partner_{partner}, count_{count} {}

    void on(start_asking) {
        line_.start();
        ask();
    }

  private:
    void ask() {
        cx_.ask<question>(
            partner_, ask_deadline, [this](iapp::result<std::uint64_t> answer) { hear(answer); },
            count_ - handled_);
    }

    // A request that failed is none that was handled, and ends the run.
    void hear(const iapp::result<std::uint64_t>& answer) {
        if (!answer) {
            line_.arrive(cx_, handled_, sum_);
            return;
        }
        sum_ += *answer;
        if (++handled_ == count_) {
            line_.arrive(cx_, handled_, sum_);
            return;
        }
        if (handled_ == count_ / 10) {
            line_.warm();
        }
        ask();
    }

    iapp::context& cx_;
    finish_line& line_;
    const iapp::ref<question> partner_;
    const std::uint64_t count_;
    std::uint64_t handled_ = 0;
    std::uint64_t sum_ = 0; // of the answers
};

} // namespace

case_run run_ask(const actor_options& options, run_counts& counts) {
    finish_line line;
    iapp::system system{workers_of(1, iapp::idle_policy::adaptive())};
    const auto partner = system.spawn<answering>({});
    system.spawn<asking>({}, std::ref(line), iapp::ref<question>{partner}, options.count)
        .send(start_asking{});
    return finish(system, line, options.count, counts);
}

} // namespace bench
