#include "peers/actors/caf_cases.hpp"
#include "peers/caf/caf_bench.hpp"

namespace peers {

namespace {

class answering : public pinned_actor {
  public:
    using pinned_actor::pinned_actor;

    caf::behavior make_behavior() override {
        return {[](std::uint64_t number) { return number; }, [this](ready_atom) { return pin(); }};
    }
};

class asking : public pinned_actor {
  public:
    asking(caf::actor_config& config, int processor, caf::actor partner, std::uint64_t count,
           finish_line<bench::case_run>& finish)
        : pinned_actor{config, processor}, partner_{std::move(partner)}, left_{count},
          finish_{finish} {}

    caf::behavior make_behavior() override {
        return {[this](go_atom) { ask(); }, [this](ready_atom) { return pin(); }};
    }

    void on_exit() override { partner_ = nullptr; }

  private:
    void ask() {
        request(partner_, bench::ask_deadline, left_).then([this](std::uint64_t answer) {
            ++seen_.handled;
            seen_.checksum += answer;
            if (--left_ > 0) {
                return ask();
            }
            finish_.reach(seen_);
            send_exit(partner_, caf::exit_reason::user_shutdown);
            quit();
        });
    }

    caf::actor partner_;
    std::uint64_t left_;
    bench::case_run seen_;
    finish_line<bench::case_run>& finish_;
};

} // namespace

bench::case_run caf_ask(const bench::actor_options& options, int processor) {
    finish_line<bench::case_run> finish;
    caf_config config{1};
    caf::actor_system system{config};
    const caf::actor partner = system.spawn<answering>(processor);
    const caf::actor first = system.spawn<asking>(processor, partner, options.count, finish);
    {
        caf::scoped_actor self{system};
        wait_until_ready(self, partner);
        wait_until_ready(self, first);
    }
    const clock::time_point start = clock::now();
    caf::anon_send(first, go_atom::value);
    const auto end = finish.wait();
    bench::case_run result = end.result;
    const std::chrono::duration<double, std::nano> took = end.when - start;
    result.ns = took.count() / static_cast<double>(result.handled);
    return result;
}

} // namespace peers
