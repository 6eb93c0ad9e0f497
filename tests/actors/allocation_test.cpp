// In the steady state no message and no post asks the system's heap for memory. Each case sends the
// same bursts again and again: the first rounds warm up, the others are counted. What is left is
// that a pool may still grow by a chunk of 64 KiB, when blocks come home later than ever before.

#include "harness/allocations.hpp"
#include "support/actors.hpp"

#include <doctest/doctest.h>

#include <semaphore>

using namespace iapp;
using namespace iapp::test;

namespace allocation_test {

namespace {

constexpr unsigned burst = 200;
constexpr unsigned rounds_warm = 20;
constexpr unsigned rounds = 220;
constexpr std::uint64_t chunks_max = 16; // of 40,000 messages; one for each would be 40,000

struct value {
    std::uint64_t number;
    bool last;
};

// Two parcels between workers.
struct wide_value {
    value what;
    std::array<std::uint64_t, 4> filling{};
};

// By pointer.
struct large_value {
    value what;
    std::array<std::uint64_t, 20> filling{};
};

// Can only be moved, so by pointer too. Owns nothing: its allocations would be the user's.
struct moved_value {
    explicit moved_value(value what_) : what{what_} {}

    moved_value(moved_value&& other) noexcept : what{other.what} {}

    value what;
};

struct begin {};

// The last message of a burst has arrived.
struct done {};

struct meeting {
    using reply = bool;
    ref<done> sender;
};

class receiver {
  public:
    using accepts = messages<value, wide_value, large_value, moved_value, meeting>;

    bool on(meeting m) {
        sender_ = m.sender;
        return true;
    }

    void on(value what) { take(what); }

    void on(const wide_value& m) { take(m.what); }

    void on(const large_value& m) { take(m.what); }

    void on(moved_value&& m) { take(m.what); }

  private:
    void take(value what) {
        if (what.last) {
            sender_.send(done{});
        }
    }

    ref<done> sender_;
};

// Sends burst after burst, by `Way`, each when the one before has arrived.
template <class Way>
class sender {
  public:
    using accepts = messages<begin, done>;

    sender(context& cx, ref_to<receiver> to, std::uint64_t* allocations,
           std::binary_semaphore* over)
        : cx_{cx}, to_{to}, allocations_{allocations}, over_{over}, me_{cx.self(*this)} {}

    sender(sender&&) = delete;

    void on(begin) { next_round(); }

    void on(done) {
        if (++round_ == rounds_warm) {
            meter_ = bench::allocation_meter{};
        }
        if (round_ < rounds) {
            next_round();
        } else {
            *allocations_ = meter_.by_process().calls;
            over_->release();
        }
    }

  private:
    void next_round() {
        for (unsigned i = 0; i < burst; ++i) {
            taken_ += Way::send(cx_, to_, me_, value{i, i + 1 == burst}) ? 1 : 0;
        }
        if (taken_ != (round_ + 1) * burst) {
            std::abort(); // the limits are far away
        }
    }

    context& cx_;
    const ref_to<receiver> to_;
    std::uint64_t* const allocations_;
    std::binary_semaphore* const over_;
    const ref<done> me_;
    bench::allocation_meter meter_;
    unsigned round_ = 0;
    unsigned taken_ = 0;
};

template <class M>
struct by_message {
    static bool send(context&, const ref_to<receiver>& to, const ref<done>&, value what) {
        return to.send(M{what});
    }
};

// Every third is cancelled at once.
struct by_post {
    static bool send(context& cx, const ref_to<receiver>& to, const ref<done>& back, value what) {
        const post_handle handle = cx.post(worker{to.home()->index()}, [back, what] {
            if (what.last) {
                back.send(done{});
            }
        });
        if (what.number % 3 == 0 && !what.last) {
            handle.cancel();
        }
        return static_cast<bool>(handle);
    }
};

template <class Way>
std::uint64_t allocations_by(unsigned from, unsigned to) {
    checked_system sys{{.workers = 2}};
    std::uint64_t allocations = ~std::uint64_t{0};
    std::binary_semaphore over{0};
    const auto there = sys->spawn<receiver>({.on = {to}});
    const auto here = sys->spawn<sender<Way>>({.on = {from}}, there, &allocations, &over);
    CHECK(sys.ask(there, meeting{here}));
    CHECK(here.send(begin{}));
    CHECK(over.try_acquire_for(patience()));
    return allocations;
}

} // namespace

TEST_CASE("no allocation for messages of a worker to itself, of any kind") {
    CHECK(allocations_by<by_message<value>>(0, 0) == 0);
    CHECK(allocations_by<by_message<wide_value>>(0, 0) == 0);
    CHECK(allocations_by<by_message<large_value>>(0, 0) == 0);
    CHECK(allocations_by<by_message<moved_value>>(0, 0) == 0);
}

TEST_CASE("no allocation for messages by value to another worker") {
    CHECK(allocations_by<by_message<value>>(0, 1) <= chunks_max);
    CHECK(allocations_by<by_message<wide_value>>(0, 1) <= chunks_max);
}

TEST_CASE("no allocation for messages by pointer to another worker: their memory comes home") {
    CHECK(allocations_by<by_message<large_value>>(0, 1) <= chunks_max);
    CHECK(allocations_by<by_message<moved_value>>(0, 1) <= chunks_max);
}

TEST_CASE("no allocation for posts, to another worker and to itself") {
    CHECK(allocations_by<by_post>(0, 1) <= chunks_max);
    CHECK(allocations_by<by_post>(0, 0) == 0);
}

TEST_CASE("no allocation for small messages and posts of a thread that is no worker") {
    checked_system sys{{.workers = 2}};
    std::binary_semaphore arrived{0};
    const auto to = sys->spawn<receiver>({.on = {1}});
    bench::allocation_meter meter;
    for (unsigned round = 0; round < rounds; ++round) {
        if (round == rounds_warm) {
            meter = bench::allocation_meter{};
        }
        unsigned taken = 0;
        for (unsigned i = 0; i < burst; ++i) {
            taken += to.send(value{i, false}) ? 1 : 0;
            taken += sys->post(worker{1}, [to] { static_cast<void>(to); }) ? 1 : 0;
        }
        taken += sys->post(worker{1}, [&arrived] { arrived.release(); }) ? 1 : 0;
        if (taken != 2 * burst + 1 || !arrived.try_acquire_for(patience())) {
            FAIL("a message was refused or lost");
        }
    }
    const std::uint64_t allocations = meter.by_process().calls;
    CHECK(allocations <= chunks_max);
}

} // namespace allocation_test
