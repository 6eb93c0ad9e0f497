#include "messages/payload.hpp"
#include "peers/messages/asio_cases.hpp"
#include "peers/messages/program.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace peers {

namespace {

// A subscriber lives on one of two loops, every other one on the publisher's. A delivery is a
// handler of its own, so that each subscriber could be anybody's.
template <std::size_t Bytes>
class broadcast {
  public:
    broadcast(asio_loop& near, asio_loop& far, std::uint64_t publications, unsigned subscribers)
        : loops_{&near, &far}, publications_{publications},
          subscribers_(subscribers), under_way_max_{
                                         std::max(2U, bench::messages_under_way / subscribers)} {
        near.post([this] { publish_some(); });
    }

    // After both loops have ended.
    bench::checksum seen_by(std::size_t subscriber) const { return subscribers_[subscriber]; }

  private:
    // The publisher's thread, as everything that counts publications.
    void publish_some() {
        while (published_ < publications_ &&
               published_ - std::min(done_[0], done_[1]) < under_way_max_) {
            bench::payload<Bytes> message;
            message.sequence = published_++;
            for (std::size_t i = 0; i < subscribers_.size(); ++i) {
                loops_[i % 2]->post([this, i, message] { handle(i, message); });
            }
        }
    }

    // The subscriber's thread. The last subscriber of each loop tells the publisher.
    void handle(std::size_t subscriber, const bench::payload<Bytes>& message) {
        subscribers_[subscriber].add(message);
        if (subscriber + 2 >= subscribers_.size()) {
            loops_[0]->post([this, side = subscriber % 2] { one_more_done(side); });
        }
    }

    void one_more_done(std::size_t side) {
        ++done_[side];
        if (std::min(done_[0], done_[1]) < publications_) {
            return publish_some();
        }
        loops_[1]->post([this] { loops_[1]->stop(); });
        loops_[0]->stop();
    }

    const std::array<asio_loop*, 2> loops_;
    const std::uint64_t publications_;
    std::vector<bench::checksum> subscribers_;
    const std::uint64_t under_way_max_; // publications
    std::uint64_t published_ = 0;
    std::array<std::uint64_t, 2> done_{};
};

template <std::size_t Bytes>
bench::case_run run(const bench::message_options& options,
                    const bench::processor_pair& processors) {
    asio_loop near;
    asio_loop far;
    broadcast<Bytes> work{near, far, options.count / options.subscribers, options.subscribers};
    const auto took = bench::run_on(
        processors, [&] { near.run(); }, [&] { far.run(); });
    bench::case_run result;
    for (unsigned i = 0; i < options.subscribers; ++i) {
        result.handled += work.seen_by(i).count();
        result.checksum += work.seen_by(i).sum();
    }
    result.ns = static_cast<double>(took.count()) / static_cast<double>(result.handled);
    return result;
}

} // namespace

bench::case_run asio_broadcast(const bench::message_options& options,
                               const bench::processor_pair& processors) {
    return bench::with_payload(
        options.payload, [&]<std::size_t Bytes>() { return run<Bytes>(options, processors); });
}

} // namespace peers
