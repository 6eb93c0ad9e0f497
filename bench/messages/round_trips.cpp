// wake and spin: one message at a time goes to the other worker and comes back.

#include "messages/payload.hpp"
#include "messages/run_case.hpp"

namespace bench {

namespace {

struct go {};

template <std::size_t Bytes>
struct question {
    payload<Bytes> content;
};

template <std::size_t Bytes>
struct reply {
    payload<Bytes> content;
};

template <std::size_t Bytes>
class answerer {
  public:
    using accepts = iapp::messages<question<Bytes>>;

    explicit answerer(iapp::ref<reply<Bytes>> to) : to_{to} {}

    void on(const question<Bytes>& q) { to_.send(reply<Bytes>{q.content}); }

  private:
    iapp::ref<reply<Bytes>> to_;
};

template <std::size_t Bytes>
struct meet {
    iapp::ref<question<Bytes>> whom;
};

template <std::size_t Bytes>
class asker {
  public:
    using accepts = iapp::messages<meet<Bytes>, reply<Bytes>>;

    asker(iapp::context& cx, finish_line& line, std::uint64_t count)
        : cx_{cx}, line_{line}, count_{count} {}

    void on(meet<Bytes> m) {
        to_ = m.whom;
        line_.start();
        to_.send(question<Bytes>{});
    }

    void on(const reply<Bytes>& r) {
        seen_.add(r.content);
        if (seen_.count() == count_) {
            line_.arrive(cx_, seen_);
            return;
        }
        if (seen_.count() == count_ / 10) {
            line_.warm();
        }
        question<Bytes> next{r.content};
        ++next.content.sequence;
        to_.send(next);
    }

  private:
    iapp::context& cx_;
    finish_line& line_;
    iapp::ref<question<Bytes>> to_;
    const std::uint64_t count_;
    checksum seen_;
};

template <std::size_t Bytes>
case_run run(const message_options& options, run_counts& counts) {
    const auto idle = options.name == "wake"
                          ? iapp::idle_policy::sleep()
                          : iapp::idle_policy::spin_for(std::chrono::milliseconds{10});
    finish_line line;
    iapp::system system{workers_of(2, idle)};
    const auto asks = system.spawn<asker<Bytes>>({.on = {0}}, std::ref(line), options.count);
    const auto answers = system.spawn<answerer<Bytes>>({.on = {1}}, asks);
    asks.send(meet<Bytes>{answers});
    return finish(system, line, options.count, counts);
}

} // namespace

case_run run_round_trips(const message_options& options, run_counts& counts) {
    return with_payload(options.payload,
                        [&]<std::size_t Bytes>() { return run<Bytes>(options, counts); });
}

} // namespace bench
