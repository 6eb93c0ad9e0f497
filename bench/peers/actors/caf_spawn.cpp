#include "peers/actors/caf_cases.hpp"
#include "peers/caf/caf_bench.hpp"

#include <iapp/reactor/os/process.hpp>

#include <vector>

namespace peers {

namespace {

using gone_atom = caf::atom_constant<caf::atom("gone")>;

// Has no state but where to report its end. lazy_init: it runs for the first time when it is told
// to stop, which is the cheapest that CAF offers.
class idle : public caf::event_based_actor {
  public:
    idle(caf::actor_config& config, unsigned& gone) : caf::event_based_actor{config}, gone_{gone} {}

    caf::behavior make_behavior() override {
        return {[](go_atom) {}};
    }

    void on_exit() override { ++gone_; }

  private:
    unsigned& gone_; // counts on the one thread that runs all of them
};

// Makes a generation, stops it, and asks itself to go on once it ran: the thread then has run every
// member of the generation, since it runs actors in the order in which they became ready.
class parent : public pinned_actor {
  public:
    parent(caf::actor_config& config, int processor, unsigned children, std::uint64_t generations,
           finish_line<bench::case_run>& finish)
        : pinned_actor{config, processor},
          children_(children), generations_{generations}, finish_{finish} {}

    caf::behavior make_behavior() override {
        return {[this](go_atom) { next_generation(); }, [this](gone_atom) { when_gone(); },
                [this](ready_atom) { return pin(); }};
    }

  private:
    void next_generation() {
        gone_ = 0;
        for (caf::actor& child : children_) {
            child = spawn<idle, caf::lazy_init>(gone_);
        }
        for (caf::actor& child : children_) {
            send_exit(child, caf::exit_reason::user_shutdown);
            child = nullptr;
        }
        send(this, gone_atom::value);
    }

    void when_gone() {
        if (gone_ < children_.size()) {
            send(this, gone_atom::value);
            return;
        }
        seen_.handled += gone_;
        if (--generations_ > 0) {
            send(this, go_atom::value);
            return;
        }
        finish_.reach(seen_);
        quit();
    }

    std::vector<caf::actor> children_;
    unsigned gone_ = 0;
    std::uint64_t generations_;
    bench::case_run seen_;
    finish_line<bench::case_run>& finish_;
};

} // namespace

bench::case_run caf_spawn(const bench::actor_options& options, int processor) {
    finish_line<bench::case_run> finish;
    caf_config config{1};
    config.set("scheduler.max-throughput", 2U); // a parent that waits must not keep the thread
    caf::actor_system system{config};
    const caf::actor first =
        system.spawn<parent>(processor, options.actors, options.count / options.actors, finish);
    {
        caf::scoped_actor self{system};
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

bench::case_run caf_memory(const bench::actor_options& options, double& bytes_per_actor) {
    unsigned gone = 0;
    caf_config config{1};
    caf::actor_system system{config};
    std::vector<caf::actor> actors;
    actors.reserve(options.actors);
    const std::uint64_t before = iapp::os::resident_bytes();
    for (unsigned i = 0; i < options.actors; ++i) {
        actors.push_back(system.spawn<idle>(gone));
    }
    {
        // They become ready in this order, so that the last to answer is the last to have run.
        caf::scoped_actor self{system};
        self->request(actors.back(), caf::infinite, go_atom::value)
            .receive([] {}, [](const caf::error&) {});
    }
    bytes_per_actor = static_cast<double>(iapp::os::resident_bytes() - before) / options.actors;
    for (const caf::actor& each : actors) {
        caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    }
    actors.clear();
    system.await_all_actors_done();
    return {0, gone, 0};
}

} // namespace peers
