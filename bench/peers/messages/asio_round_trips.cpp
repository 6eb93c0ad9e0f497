#include "messages/payload.hpp"
#include "peers/messages/asio_cases.hpp"

namespace peers {

namespace {

// One message at a time goes to the other loop and comes back.
template <std::size_t Bytes>
class round_trips {
  public:
    round_trips(asio_loop& asking, asio_loop& answering, std::uint64_t count)
        : asking_{asking}, answering_{answering}, count_{count} {
        asking_.post([this] { ask(); });
    }

    const bench::checksum& seen() const { return seen_; }

  private:
    void ask() {
        bench::payload<Bytes> message;
        message.sequence = seen_.count();
        answering_.post([this, message] { answer(message); });
    }

    void answer(const bench::payload<Bytes>& message) {
        asking_.post([this, message] { handle(message); });
    }

    void handle(const bench::payload<Bytes>& message) {
        seen_.add(message);
        if (seen_.count() < count_) {
            return ask();
        }
        asking_.stop();
        answering_.post([this] { answering_.stop(); });
    }

    asio_loop& asking_;
    asio_loop& answering_;
    const std::uint64_t count_;
    bench::checksum seen_; // the asking thread's
};

template <std::size_t Bytes>
bench::case_run run(const bench::message_options& options,
                    const bench::processor_pair& processors) {
    asio_loop asking;
    asio_loop answering;
    round_trips<Bytes> work{asking, answering, options.count};
    const bool sleep = options.name == "wake";
    const auto loop = [sleep](asio_loop& which) { return sleep ? which.run() : which.spin(); };
    const auto took = bench::run_on(
        processors, [&] { loop(asking); }, [&] { loop(answering); });
    return {static_cast<double>(took.count()) / static_cast<double>(options.count),
            work.seen().count(), work.seen().sum()};
}

} // namespace

bench::case_run asio_round_trips(const bench::message_options& options,
                                 const bench::processor_pair& processors) {
    return bench::with_payload(
        options.payload, [&]<std::size_t Bytes>() { return run<Bytes>(options, processors); });
}

} // namespace peers
