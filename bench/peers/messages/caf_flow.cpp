#include "peers/caf/caf_bench.hpp"
#include "peers/messages/caf_cases.hpp"
#include "peers/messages/caf_payload.hpp"
#include "peers/messages/program.hpp"

#include <vector>

namespace peers {

namespace {

// Sends a burst for each go_atom, until its share is sent.
template <std::size_t Bytes>
class producer : public pinned_actor {
  public:
    producer(caf::actor_config& config, int processor, unsigned index, std::uint64_t share)
        : pinned_actor{config, processor}, index_{index}, left_{share} {}

    caf::behavior make_behavior() override {
        return {[this](go_atom) { send_burst(); }, [this](ready_atom) { return pin(); },
                [this](const caf::actor& consumer) { consumer_ = consumer; }};
    }

    void on_exit() override { consumer_ = nullptr; }

  private:
    void send_burst() {
        for (unsigned i = 0; i < bench::burst_messages && left_ > 0; ++i, --left_) {
            bench::payload<Bytes> message;
            message.producer = index_;
            message.sequence = sequence_++;
            send(consumer_, message);
        }
    }

    caf::actor consumer_;
    unsigned index_;
    std::uint64_t sequence_ = 0;
    std::uint64_t left_;
};

// Asks a producer for the next burst when it has handled one.
template <std::size_t Bytes>
class consumer : public pinned_actor {
  public:
    consumer(caf::actor_config& config, int processor, std::vector<caf::actor> producers,
             std::uint64_t count, finish_line<bench::checksum>& finish)
        : pinned_actor{config, processor}, producers_{std::move(producers)},
          handled_(producers_.size()), count_{count}, finish_{finish} {}

    caf::behavior make_behavior() override {
        return {[this](const bench::payload<Bytes>& message) { handle(message); },
                [this](ready_atom) { return pin(); }};
    }

    void on_exit() override { producers_.clear(); }

  private:
    void handle(const bench::payload<Bytes>& message) {
        seen_.add(message);
        if (++handled_[message.producer] == bench::burst_messages) {
            handled_[message.producer] = 0;
            send(producers_[message.producer], go_atom::value);
        }
        if (seen_.count() == count_) {
            finish_.reach(seen_);
            quit();
        }
    }

    std::vector<caf::actor> producers_;
    std::vector<unsigned> handled_; // of each producer's present burst
    std::uint64_t count_;
    bench::checksum seen_;
    finish_line<bench::checksum>& finish_;
};

template <std::size_t Bytes>
bench::case_run run(const bench::message_options& options,
                    const bench::processor_pair& processors) {
    const unsigned count_of_producers = options.name == "fan_in" ? options.producers : 1;
    finish_line<bench::checksum> finish;
    caf_config config{1};
    caf::actor_system system{config};
    std::vector<caf::actor> producers;
    for (unsigned i = 0; i < count_of_producers; ++i) {
        producers.push_back(system.spawn<producer<Bytes>>(
            processors.first, i, bench::checksum::share(i, count_of_producers, options.count)));
    }
    const auto to =
        options.name == "local"
            ? system.spawn<consumer<Bytes>>(processors.first, producers, options.count, finish)
            : system.spawn<consumer<Bytes>, caf::detached>(processors.second, producers,
                                                           options.count, finish);
    caf::scoped_actor self{system};
    for (const caf::actor& each : producers) {
        self->send(each, to);
        wait_until_ready(self, each);
    }
    wait_until_ready(self, to);
    const clock::time_point start = clock::now();
    for (unsigned under_way = 0; under_way < window_of(count_of_producers);
         under_way += bench::burst_messages) {
        for (const caf::actor& each : producers) {
            caf::anon_send(each, go_atom::value);
        }
    }
    const auto end = finish.wait();
    for (const caf::actor& each : producers) {
        caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    }
    const std::chrono::duration<double, std::nano> took = end.when - start;
    return {took.count() / static_cast<double>(options.count), end.result.count(),
            end.result.sum()};
}

} // namespace

bench::case_run caf_flow(const bench::message_options& options,
                         const bench::processor_pair& processors) {
    return bench::with_payload(
        options.payload, [&]<std::size_t Bytes>() { return run<Bytes>(options, processors); });
}

} // namespace peers
