// broadcast: one publisher, and subscribers on its own worker and on another one.

#include "messages/payload.hpp"
#include "messages/run_case.hpp"

#include <iapp/actors/event_queue.hpp>

#include <algorithm>

namespace bench {

namespace {

struct go {};

// Publications that the subscribers of a worker have handled.
struct progress {
    unsigned worker;
    std::uint64_t handled;
};

// One for each worker, written by it alone.
struct alignas(128) tally {
    checksum seen;
};

// Every subscriber counts for itself, as a real one would keep a state of its own.
template <std::size_t Bytes>
class subscriber {
  public:
    using accepts = iapp::messages<payload<Bytes>>;

    subscriber(iapp::context& cx, iapp::event_queue<payload<Bytes>> from, tally& sum)
        : sum_{sum}, subscription_{cx.subscribe(*this, from)} {}

    ~subscriber() { sum_.seen.add(seen_); }

    void on(const payload<Bytes>& message) { seen_.add(message); }

  private:
    tally& sum_;
    checksum seen_;
    iapp::subscription subscription_;
};

// The last subscriber of its worker: tells the publisher now and then how far it is.
template <std::size_t Bytes>
class reporter {
  public:
    using accepts = iapp::messages<payload<Bytes>>;

    reporter(iapp::context& cx, iapp::event_queue<payload<Bytes>> from,
             iapp::ref<progress> publisher, std::uint64_t every, std::uint64_t publications)
        : publisher_{publisher}, worker_{cx.worker_index()}, every_{every},
          publications_{publications}, subscription_{cx.subscribe(*this, from)} {}

    void on(const payload<Bytes>& message) {
        const std::uint64_t handled = message.sequence + 1;
        if (handled % every_ == 0 || handled == publications_) {
            publisher_.send(progress{worker_, handled});
        }
    }

  private:
    const iapp::ref<progress> publisher_;
    const unsigned worker_;
    const std::uint64_t every_;
    const std::uint64_t publications_;
    iapp::subscription subscription_;
};

// How many publications may be under way, as for the libraries whose queues have no limit.
std::uint64_t under_way_max(const message_options& options) {
    return std::max<std::uint64_t>(2, messages_under_way / options.subscribers);
}

template <std::size_t Bytes>
class publisher {
  public:
    using accepts = iapp::messages<go, progress>;

    publisher(iapp::context& cx, finish_line& line, iapp::event_queue<payload<Bytes>> to,
              const message_options& options)
        : cx_{cx}, line_{line}, to_{to},
          publications_{options.count / options.subscribers}, ahead_{under_way_max(options)} {}

    void on(go) {
        line_.start();
        publish_some();
    }

    void on(progress p) {
        handled_[p.worker] = p.handled;
        if (std::min(handled_[0], handled_[1]) == publications_) {
            line_.arrive(cx_, {});
        } else {
            publish_some();
        }
    }

  private:
    void publish_some() {
        const std::uint64_t until =
            std::min(publications_, std::min(handled_[0], handled_[1]) + ahead_);
        for (; published_ < until; ++published_) {
            payload<Bytes> message;
            message.sequence = published_;
            IAPP_CHECK(to_.publish(message), "the limits of the mail are far away");
            if (published_ == publications_ / 10) {
                line_.warm();
            }
        }
    }

    iapp::context& cx_;
    finish_line& line_;
    const iapp::event_queue<payload<Bytes>> to_;
    const std::uint64_t publications_;
    const std::uint64_t ahead_;
    std::uint64_t published_ = 0;
    std::uint64_t handled_[2] = {0, 0};
};

template <std::size_t Bytes>
case_run run(const message_options& options, run_counts& counts) {
    const std::uint64_t publications = options.count / options.subscribers;
    finish_line line;
    tally seen[2];
    iapp::system system{workers_of(2, iapp::idle_policy::adaptive())};
    const auto events = system.make_queue<payload<Bytes>>();
    const auto from =
        system.spawn<publisher<Bytes>>({}, std::ref(line), events, std::cref(options));
    for (unsigned i = 0; i < options.subscribers; ++i) {
        system.spawn<subscriber<Bytes>>({.on = {i % 2}}, events, std::ref(seen[i % 2]));
    }
    for (unsigned i = 0; i < 2; ++i) { // beyond those that are counted
        system.spawn<reporter<Bytes>>({.on = {i}}, events, from,
                                      std::max<std::uint64_t>(1, under_way_max(options) / 2),
                                      publications);
    }
    from.send(go{});
    case_run result = finish(system, line, publications * options.subscribers, counts);
    seen[0].seen.add(seen[1].seen);
    result.handled = seen[0].seen.count();
    result.checksum = seen[0].seen.sum();
    return result;
}

} // namespace

case_run run_broadcast(const message_options& options, run_counts& counts) {
    return with_payload(options.payload,
                        [&]<std::size_t Bytes>() { return run<Bytes>(options, counts); });
}

} // namespace bench
