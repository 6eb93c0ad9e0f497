// The timer wheel against the obvious model: a multimap from ticks to timers.

#include <iapp/reactor/timer_wheel.hpp>

#include "../support/random.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

namespace timer_wheel_model_test {

using iapp::duration;
using iapp::time_point;
using iapp::timer_node;
using iapp::timer_wheel;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t timer_count = 200;
constexpr time_point begin{17h + 5ns};

// Does everything twice, to the wheel and to the model. A timer that fires must be the model's
// first, and then does to the wheel whatever the seed says.
class world {
  public:
    explicit world(std::uint64_t seed) : random_{seed} {
        for (std::size_t number = 0; number < timer_count; ++number) {
            timers_.push_back(std::make_unique<numbered_timer>(*this, number));
        }
    }

    void step() {
        const auto what = random_.below(8);
        if (what < 5) {
            change_one(random_.below(timer_count));
        } else {
            advance(what);
        }
        compare();
    }

    // Fires whatever is left.
    void finish() {
        callbacks_act_ = false;
        while (!model_.empty()) {
            now_ = std::max(now_, *wheel_.next_deadline());
            advance_to_now(timer_count);
            compare();
        }
    }

    std::size_t fired_total() const { return fired_total_; }

  private:
    struct numbered_timer : timer_node {
        numbered_timer(world& w, std::size_t n)
            : timer_node{[](timer_node& node) {
                  auto& t = static_cast<numbered_timer&>(node);
                  t.owner.fired(t.number);
              }},
              owner{w}, number{n} {}

        world& owner;
        std::size_t number;
    };

    static constexpr std::uint64_t tick_ns = duration{timer_wheel::tick}.count();

    static std::uint64_t nanoseconds(time_point t) {
        return t > begin ? static_cast<std::uint64_t>((t - begin).count()) : 0;
    }

    static std::uint64_t tick_up(time_point t) { return (nanoseconds(t) + tick_ns - 1) / tick_ns; }

    // Near and far times alike: the number of bits is drawn first (2^49 ns are six days).
    duration random_wait() {
        const auto bits = random_.below(50);
        return duration{static_cast<duration::rep>(random_.below(std::uint64_t{1} << bits))};
    }

    void change_one(std::size_t number) {
        const auto what = random_.below(10);
        forget(number);
        if (what == 0) {
            timers_[number] = std::make_unique<numbered_timer>(*this, number);
        } else if (what < 3) {
            wheel_.cancel(*timers_[number]);
        } else {
            const time_point deadline =
                random_.one_in(6) ? now_ - random_wait() : now_ + random_wait();
            wheel_.arm(*timers_[number], deadline);
            remember(number, std::max(tick_up(deadline), time_));
        }
    }

    void remember(std::size_t number, std::uint64_t due_tick) {
        if (advancing_ && due_tick == time_) {
            deferred_.push_back(number);
        } else {
            model_.emplace(due_tick, number);
        }
    }

    void forget(std::size_t number) {
        std::erase(deferred_, number);
        std::erase_if(model_, [&](const auto& entry) { return entry.second == number; });
    }

    void advance(std::uint64_t how) {
        const auto next = wheel_.next_deadline();
        if (how == 5) {
            now_ += random_wait();
        } else if (how == 6 && next && *next > now_) {
            now_ = *next;
        }
        advance_to_now(random_.one_in(2) ? timer_count : random_.below(4));
    }

    void advance_to_now(std::size_t budget) {
        time_ = nanoseconds(now_) / tick_ns;
        fired_now_ = 0;
        advancing_ = true;
        const std::size_t count = wheel_.advance(now_, budget);
        advancing_ = false;
        REQUIRE(count == fired_now_);
        REQUIRE(count <= budget);
        const bool more_due = !model_.empty() && model_.begin()->first <= time_;
        REQUIRE((count == budget || !more_due));
        for (const std::size_t number : deferred_) {
            model_.emplace(time_, number);
        }
        deferred_.clear();
    }

    void fired(std::size_t number) {
        ++fired_now_;
        ++fired_total_;
        in_order_ = in_order_ && !model_.empty() && model_.begin()->second == number &&
                    model_.begin()->first <= time_ && timers_[number]->deadline() <= now_ &&
                    !timers_[number]->armed();
        forget(number);
        while (callbacks_act_ && random_.one_in(2)) {
            change_one(random_.one_in(4) ? number : random_.below(timer_count));
        }
    }

    void compare() {
        REQUIRE(in_order_);
        REQUIRE(wheel_.armed() == model_.size());
        REQUIRE(wheel_.armed() ==
                static_cast<std::size_t>(std::count_if(timers_.begin(), timers_.end(),
                                                       [](const auto& t) { return t->armed(); })));
        const auto next = wheel_.next_deadline();
        REQUIRE(next.has_value() == !model_.empty());
        if (next) {
            const std::uint64_t earliest = model_.begin()->first;
            REQUIRE(nanoseconds(*next) <= earliest * tick_ns);
            REQUIRE(nanoseconds(*next) % tick_ns == 0);
        }
    }

    iapp::test::random_source random_;
    time_point now_ = begin;
    timer_wheel wheel_{begin};
    std::vector<std::unique_ptr<numbered_timer>> timers_;
    std::multimap<std::uint64_t, std::size_t> model_; // by tick, then in the order of arming
    std::vector<std::size_t> deferred_;               // armed by callbacks for at once
    std::uint64_t time_ = 0;                          // tick of the latest advance
    bool advancing_ = false;
    bool callbacks_act_ = true;
    bool in_order_ = true;
    std::size_t fired_now_ = 0;
    std::size_t fired_total_ = 0;
};

} // namespace

TEST_CASE("the timer wheel does what a sorted multimap does, whatever happens") {
    const auto seed = iapp::test::seed();
    INFO("IAPP_TEST_SEED=" << seed);
    std::size_t fired_total = 0;
    for (std::uint64_t round = 0; round < 20; ++round) {
        CAPTURE(round);
        world w{seed * 1'000 + round};
        for (int i = 0; i < 2'000; ++i) {
            w.step();
        }
        w.finish();
        fired_total += w.fired_total();
    }
    CHECK(fired_total > 1'000);
}

} // namespace timer_wheel_model_test
