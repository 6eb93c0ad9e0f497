#include "peers/caf/caf_bench.hpp"
#include "peers/messages/caf_cases.hpp"
#include "peers/messages/caf_payload.hpp"

#include <algorithm>
#include <mutex>
#include <vector>

namespace peers {

namespace {

// What all subscribers saw, added up as each of them ends.
class tally {
  public:
    tally(unsigned subscribers, finish_line<bench::case_run>& finish)
        : left_{subscribers}, finish_{finish} {}

    void add(const bench::checksum& seen) {
        const std::lock_guard lock{mutex_};
        sum_.handled += seen.count();
        sum_.checksum += seen.sum();
        if (--left_ == 0) {
            finish_.reach(sum_);
        }
    }

  private:
    std::mutex mutex_;
    unsigned left_;
    bench::case_run sum_;
    finish_line<bench::case_run>& finish_;
};

// Asks the publisher for more after each `burst` publications.
template <std::size_t Bytes>
class subscriber : public caf::event_based_actor {
  public:
    subscriber(caf::actor_config& config, caf::actor publisher, std::uint64_t burst,
               std::uint64_t publications, tally& seen_by_all)
        : caf::event_based_actor{config}, publisher_{std::move(publisher)}, burst_{burst},
          publications_{publications}, seen_by_all_{seen_by_all} {}

    caf::behavior make_behavior() override {
        return {[this](const bench::payload<Bytes>& message) { handle(message); }};
    }

    void on_exit() override { publisher_ = nullptr; }

  private:
    void handle(const bench::payload<Bytes>& message) {
        seen_.add(message);
        if (seen_.count() % burst_ == 0) {
            send(publisher_, go_atom::value);
        }
        if (seen_.count() == publications_) {
            seen_by_all_.add(seen_);
            quit();
        }
    }

    caf::actor publisher_;
    std::uint64_t burst_;
    std::uint64_t publications_;
    bench::checksum seen_;
    tally& seen_by_all_;
};

// Publishes a burst when all subscribers have asked for one.
template <std::size_t Bytes>
class publisher : public caf::event_based_actor {
  public:
    publisher(caf::actor_config& config, std::uint64_t burst, std::uint64_t publications)
        : caf::event_based_actor{config}, burst_{burst}, left_{publications} {}

    caf::behavior make_behavior() override {
        return {[this](go_atom) {
                    if (++asked_ == subscribers_.size()) {
                        asked_ = 0;
                        publish_burst();
                    }
                },
                [this](std::vector<caf::actor>& subscribers) {
                    subscribers_ = std::move(subscribers);
                    publish_burst();
                    publish_burst();
                }};
    }

    void on_exit() override { subscribers_.clear(); }

  private:
    void publish_burst() {
        for (std::uint64_t i = 0; i < burst_ && left_ > 0; ++i, --left_) {
            bench::payload<Bytes> message;
            message.sequence = sequence_++;
            for (const caf::actor& each : subscribers_) {
                caf::anon_send(each, message);
            }
        }
    }

    std::vector<caf::actor> subscribers_;
    std::size_t asked_ = 0;
    std::uint64_t burst_;
    std::uint64_t left_;
    std::uint64_t sequence_ = 0;
};

template <std::size_t Bytes>
bench::case_run run(const bench::message_options& options) {
    const std::uint64_t publications = options.count / options.subscribers;
    const std::uint64_t burst = std::max(1U, bench::messages_under_way / 2 / options.subscribers);
    finish_line<bench::case_run> finish;
    tally seen_by_all{options.subscribers, finish};
    caf_config config{2};
    caf::actor_system system{config};
    const caf::actor source = system.spawn<publisher<Bytes>>(burst, publications);
    std::vector<caf::actor> subscribers;
    for (unsigned i = 0; i < options.subscribers; ++i) {
        subscribers.push_back(
            system.spawn<subscriber<Bytes>>(source, burst, publications, seen_by_all));
    }
    const clock::time_point start = clock::now();
    caf::anon_send(source, std::move(subscribers));
    const auto end = finish.wait();
    caf::anon_send_exit(source, caf::exit_reason::user_shutdown);
    bench::case_run result = end.result;
    const std::chrono::duration<double, std::nano> took = end.when - start;
    result.ns = took.count() / static_cast<double>(result.handled);
    return result;
}

} // namespace

// On two scheduler threads, which cannot be pinned and share the subscribers as they like.
bench::case_run caf_broadcast(const bench::message_options& options, const bench::processor_pair&) {
    return bench::with_payload(options.payload,
                               [&]<std::size_t Bytes>() { return run<Bytes>(options); });
}

} // namespace peers
