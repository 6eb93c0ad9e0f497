#include "messages/payload.hpp"
#include "peers/messages/asio_cases.hpp"
#include "peers/messages/program.hpp"

#include <vector>

namespace peers {

namespace {

// Producers on one loop, the consumer on another or on the same.
template <std::size_t Bytes>
class flow {
  public:
    flow(asio_loop& from, asio_loop& to, const bench::case_run& expected, unsigned producers,
         std::uint64_t count)
        : from_{from}, to_{to}, expected_{expected}, producers_(producers), handled_(producers) {
        for (unsigned i = 0; i < producers; ++i) {
            producers_[i].left = bench::checksum::share(i, producers, count);
        }
        for (unsigned under_way = 0; under_way < window_of(producers);
             under_way += bench::burst_messages) {
            for (unsigned i = 0; i < producers; ++i) {
                from_.post([this, i] { send_burst(i); });
            }
        }
    }

    const bench::checksum& seen() const { return seen_; }

  private:
    struct producer {
        std::uint64_t sequence = 0;
        std::uint64_t left = 0;
    };

    void send_burst(unsigned index) {
        producer& mine = producers_[index];
        for (unsigned i = 0; i < bench::burst_messages && mine.left > 0; ++i, --mine.left) {
            bench::payload<Bytes> message;
            message.producer = index;
            message.sequence = mine.sequence++;
            to_.post([this, message] { handle(message); });
        }
    }

    void handle(const bench::payload<Bytes>& message) {
        seen_.add(message);
        const auto index = static_cast<unsigned>(message.producer);
        if (++handled_[index] == bench::burst_messages) {
            handled_[index] = 0;
            from_.post([this, index] { send_burst(index); });
        }
        if (seen_.count() == expected_.handled) {
            to_.stop();
            from_.post([this] { from_.stop(); });
        }
    }

    asio_loop& from_;
    asio_loop& to_;
    const bench::case_run expected_;
    std::vector<producer> producers_; // the sending thread's
    std::vector<unsigned> handled_;   // the receiving thread's: of the present burst
    bench::checksum seen_;            // the receiving thread's
};

template <std::size_t Bytes>
bench::case_run run(const bench::message_options& options,
                    const bench::processor_pair& processors) {
    const bench::case_run expected = bench::expected_of(options);
    const auto result = [&](std::chrono::nanoseconds took, const flow<Bytes>& done) {
        return bench::case_run{static_cast<double>(took.count()) /
                                   static_cast<double>(options.count),
                               done.seen().count(), done.seen().sum()};
    };
    if (options.name == "local") {
        asio_loop loop{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE};
        flow<Bytes> work{loop, loop, expected, 1, options.count};
        return result(bench::run_on(processors.first, [&] { loop.run(); }), work);
    }
    asio_loop from;
    asio_loop to;
    flow<Bytes> work{from, to, expected, options.name == "fan_in" ? options.producers : 1,
                     options.count};
    const auto took = bench::run_on(
        processors, [&] { from.run(); }, [&] { to.run(); });
    return result(took, work);
}

} // namespace

bench::case_run asio_flow(const bench::message_options& options,
                          const bench::processor_pair& processors) {
    return bench::with_payload(
        options.payload, [&]<std::size_t Bytes>() { return run<Bytes>(options, processors); });
}

} // namespace peers
