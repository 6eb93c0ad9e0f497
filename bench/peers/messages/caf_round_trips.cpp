#include "peers/caf/caf_bench.hpp"
#include "peers/messages/caf_cases.hpp"
#include "peers/messages/caf_payload.hpp"

namespace peers {

namespace {

// Sends every payload back to where it came from.
template <std::size_t Bytes>
class answering : public pinned_actor {
  public:
    using pinned_actor::pinned_actor;

    caf::behavior make_behavior() override {
        return {[](const bench::payload<Bytes>& message) { return message; },
                [this](ready_atom) { return pin(); }};
    }
};

template <std::size_t Bytes>
class asking : public pinned_actor {
  public:
    asking(caf::actor_config& config, int processor, caf::actor partner, std::uint64_t count,
           finish_line<bench::checksum>& finish)
        : pinned_actor{config, processor}, partner_{std::move(partner)}, count_{count},
          finish_{finish} {}

    caf::behavior make_behavior() override {
        return {[this](const bench::payload<Bytes>& message) { handle(message); },
                [this](ready_atom) { return pin(); }, [this](go_atom) { ask(); }};
    }

    void on_exit() override { partner_ = nullptr; }

  private:
    void ask() {
        bench::payload<Bytes> message;
        message.sequence = seen_.count();
        send(partner_, message);
    }

    void handle(const bench::payload<Bytes>& message) {
        seen_.add(message);
        if (seen_.count() < count_) {
            return ask();
        }
        finish_.reach(seen_);
        send_exit(partner_, caf::exit_reason::user_shutdown);
        quit();
    }

    caf::actor partner_;
    std::uint64_t count_;
    bench::checksum seen_;
    finish_line<bench::checksum>& finish_;
};

template <std::size_t Bytes>
bench::case_run run(const bench::message_options& options,
                    const bench::processor_pair& processors) {
    finish_line<bench::checksum> finish;
    caf_config config{1};
    caf::actor_system system{config};
    const caf::actor second = system.spawn<answering<Bytes>, caf::detached>(processors.second);
    const caf::actor first =
        system.spawn<asking<Bytes>, caf::detached>(processors.first, second, options.count, finish);
    {
        caf::scoped_actor self{system};
        wait_until_ready(self, second);
        wait_until_ready(self, first);
    }
    const clock::time_point start = clock::now();
    caf::anon_send(first, go_atom::value);
    const auto end = finish.wait();
    const std::chrono::duration<double, std::nano> took = end.when - start;
    return {took.count() / static_cast<double>(options.count), end.result.count(),
            end.result.sum()};
}

} // namespace

bench::case_run caf_round_trips(const bench::message_options& options,
                                const bench::processor_pair& processors) {
    return bench::with_payload(
        options.payload, [&]<std::size_t Bytes>() { return run<Bytes>(options, processors); });
}

} // namespace peers
