// Random trees of tasks, stopped at each of their steps.

#include "support/random.hpp"
#include "support/stepped_worker.hpp"

#include <iapp/actors/task_ask.hpp>
#include <iapp/actors/task_group.hpp>
#include <iapp/actors/task_sleep.hpp>
#include <iapp/actors/with_deadline.hpp>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace task_random_test {

namespace {

struct quit {};

struct price {
    using reply = int;
    std::string of;
};

// Answers at once, or when the test says so.
class shop {
  public:
    using accepts = messages<price>;

    explicit shop(context& cx_) : cx{cx_} {}

    void on(price what, replier<int> to) {
        if (what.of == "now") {
            to.answer(1);
        } else {
            kept.push_back(std::move(to));
        }
    }

    context& cx;
    std::vector<replier<int>> kept;
};

class grove {
  public:
    using accepts = messages<quit>;

    grove(context& cx, ref_to<shop> prices, std::uint64_t seed, int& alive)
        : cx_{cx}, prices_{prices}, random_{seed}, alive_{alive} {
        CHECK(cx.run(&grove::grow, this));
    }

    void on(quit) { cx_.stop(); }

    ref<quit> self() { return cx_.self(*this); }

    bool done() const noexcept { return done_; }

  private:
    // Counts the frames that are alive.
    class living {
      public:
        explicit living(int& count) : count_{count} { ++count_; }

        ~living() { --count_; }

        living(const living&) = delete;
        living& operator=(const living&) = delete;

      private:
        int& count_;
    };

    task<> grow() {
        try {
            co_await branch(5);
        } catch (const std::exception&) {
        }
        done_ = true;
    }

    duration some_time() { return std::chrono::seconds{random_.below(4)}; }

    task<int> branch(int depth) {
        const living mine{alive_};
        if (depth > 0 && !random_.one_in(4)) {
            co_return co_await fork(depth - 1);
        }
        co_return co_await leaf();
    }

    task<int> leaf() {
        const living mine{alive_};
        switch (random_.below(5)) {
        case 0:
            co_return 1;
        case 1:
            throw std::system_error(std::make_error_code(std::errc::no_link));
        case 2:
            throw std::runtime_error{"a branch that breaks"};
        case 3:
            co_await cx_.sleep(some_time());
            co_return 2;
        default:
            co_return co_await cx_.ask<price>(prices_, some_time(),
                                              random_.one_in(2) ? "now" : "some time");
        }
    }

    task<int> fork(int depth) {
        const living mine{alive_};
        switch (random_.below(5)) {
        case 0: {
            const auto [a, b, c] = co_await all(branch(depth), branch(depth), branch(depth));
            co_return a + b + c;
        }
        case 1:
            co_return co_await any(branch(depth), branch(depth), branch(depth));
        case 2:
            co_return co_await with_deadline(some_time(), branch(depth));
        case 3: {
            const result<int> got = co_await branch(depth).as_result();
            co_return got ? *got : 0;
        }
        default:
            co_return co_await branch(depth);
        }
    }

    context& cx_;
    ref_to<shop> prices_;
    random_source random_;
    int& alive_;
    bool done_ = false;
};

// One worker for many groves, one after the other.
class garden {
  public:
    garden() : shop_{worker_.spawn<shop>()} {
        worker_.turn();
        blocks_ = worker_.loop().memory().outstanding();
    }

    // Grows the grove of that seed and stops it after so many steps, or when it is done. Returns
    // how many steps it took.
    unsigned grow(std::uint64_t seed, unsigned steps_most) {
        random_source answers{seed};
        auto& it = worker_.spawn<grove>(shop_.cx.self(shop_), seed, alive_);
        const auto self = it.self();
        unsigned steps = 0;
        for (; steps < steps_most && !it.done(); ++steps) {
            worker_.pass(steps % 4 == 3 ? 1s : 0s, 1);
            if (!shop_.kept.empty() && answers.one_in(3)) {
                shop_.kept.back().answer(7);
                shop_.kept.pop_back();
            }
        }
        self.send(quit{});
        worker_.turn(2);
        CHECK(alive_ == 0);
        shop_.kept.clear();
        worker_.pass(4s, 3); // deadlines that nobody waits for are forgotten when they are due
        CHECK(worker_.loop().memory().outstanding() == blocks_);
        CHECK(worker_.loop().io().timers().armed() == 0);
        CHECK(worker_.loop().asks().size() == 0);
        return steps;
    }

  private:
    stepped_worker worker_;
    shop& shop_;
    std::size_t blocks_ = 0;
    int alive_ = 0;
};

} // namespace

TEST_CASE("random trees of tasks end and leave nothing, stopped after any of their steps") {
    const std::uint64_t first = seed();
    garden here;
    unsigned longest = 0;
    for (std::uint64_t i = 0; i < 1'000; ++i) {
        INFO("IAPP_TEST_SEED=" << first + i);
        const unsigned steps = here.grow(first + i, 1'000);
        REQUIRE(steps < 1'000);
        longest = std::max(longest, steps);
        for (unsigned k = 0; k < steps; ++k) {
            INFO("stopped after " << k << " steps");
            REQUIRE(here.grow(first + i, k) == k);
        }
    }
    CHECK(longest > 10);
}

} // namespace task_random_test
