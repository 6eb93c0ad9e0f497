// flow, fan_in and local: producers send to one consumer.

#include "messages/payload.hpp"
#include "messages/run_case.hpp"

#include <vector>

namespace bench {

namespace {

struct go {};

template <std::size_t Bytes>
class consumer {
  public:
    using accepts = iapp::messages<payload<Bytes>>;

    consumer(iapp::context& cx, finish_line& line, std::uint64_t count)
        : cx_{cx}, line_{line}, count_{count} {}

    void on(const payload<Bytes>& message) {
        seen_.add(message);
        if (seen_.count() == count_ / 10) {
            line_.warm();
        } else if (seen_.count() == count_) {
            line_.arrive(cx_, seen_);
        }
    }

  private:
    iapp::context& cx_;
    finish_line& line_;
    const std::uint64_t count_;
    checksum seen_;
};

// Sends a burst whenever there is room for it.
template <std::size_t Bytes>
class producer {
  public:
    using accepts = iapp::messages<go>;
    using target = iapp::ref<payload<Bytes>>;

    producer(iapp::context& cx, finish_line* line, target to, std::uint64_t number,
             std::uint64_t count)
        : cx_{cx}, line_{line}, to_{to}, number_{number}, left_{count} {}

    void on(go) {
        if (line_ != nullptr) {
            std::exchange(line_, nullptr)->start();
        }
        if (cx_.room(to_) >= burst_messages) {
            for (unsigned i = 0; i < burst_messages && left_ > 0; ++i, --left_) {
                payload<Bytes> message;
                message.producer = number_;
                message.sequence = sequence_++;
                to_.send(message);
            }
        }
        if (left_ > 0) {
            cx_.when_room(to_, go{});
        }
    }

  private:
    iapp::context& cx_;
    finish_line* line_; // of the first producer, until it has begun
    // Apart from number_: side by side they are copied by one load of 16 bytes, which must wait for
    // the store of 8 before it, and that wait would be longer than the sending of a message.
    std::uint64_t sequence_ = 0;
    const target to_;
    const std::uint64_t number_;
    std::uint64_t left_;
};

template <std::size_t Bytes>
case_run run(const message_options& options, run_counts& counts) {
    const bool local = options.name == "local";
    const unsigned producers = options.name == "fan_in" ? options.producers : 1;
    finish_line line;
    iapp::system system{workers_of(local ? 1 : 2, iapp::idle_policy::adaptive())};
    const auto to =
        system.spawn<consumer<Bytes>>({.on = {local ? 0U : 1U}}, std::ref(line), options.count);
    // All are there before the first begins: main() asks for each, which takes far longer than the
    // messages of its share.
    std::vector<iapp::ref<go>> all;
    for (unsigned i = 0; i < producers; ++i) {
        all.push_back(system.spawn<producer<Bytes>>({}, i == 0 ? &line : nullptr, to,
                                                    std::uint64_t{i},
                                                    checksum::share(i, producers, options.count)));
    }
    for (const auto& each : all) {
        each.send(go{});
    }
    return finish(system, line, options.count, counts);
}

} // namespace

case_run run_flow(const message_options& options, run_counts& counts) {
    return with_payload(options.payload,
                        [&]<std::size_t Bytes>() { return run<Bytes>(options, counts); });
}

} // namespace bench
