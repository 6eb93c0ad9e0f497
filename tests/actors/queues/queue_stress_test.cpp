// Threads that are no workers publish together with workers, while subscribers come and go, and the
// system stops in the middle of it.

#include "support/actors.hpp"
#include "support/random.hpp"

#include <iapp/actors/event_queue.hpp>

#include <doctest/doctest.h>

#include <array>
#include <thread>

using namespace iapp;
using namespace iapp::test;

namespace queue_stress_test {

namespace {

constexpr unsigned workers = 3;
constexpr unsigned foreign = 3;
constexpr unsigned publishers = workers + foreign;
constexpr std::uint64_t events_each = 2'000;

struct event {
    std::uint32_t publisher;
    std::uint64_t number;
    std::string text; // so that it has a destructor
};

event make_event(std::uint32_t publisher, std::uint64_t number) {
    return {publisher, number, "number " + std::to_string(number)};
}

struct heard {
    std::uint64_t count = 0;
    bool good = true; // whole, and in order
};

struct report {
    using reply = heard;
};

struct next {};

struct turnover {};

// Hears all that is published while it lives.
class subscriber {
  public:
    using accepts = messages<event, report>;

    subscriber(context& cx, event_queue<event> from) : from_{cx.subscribe(*this, from)} {}

    void on(const event& what) {
        std::uint64_t& last = last_[what.publisher];
        own_.good = own_.good && what.number > last &&
                    what.text == make_event(what.publisher, what.number).text;
        last = what.number;
        ++own_.count;
    }

    heard on(report) { return own_; }

  private:
    subscription from_;
    std::array<std::uint64_t, publishers> last_{};
    heard own_;
};

// Publishes its events when there is room, and has others on its worker subscribe for a while.
class publisher {
  public:
    using accepts = messages<next, turnover>;

    publisher(context& cx, event_queue<event> to, std::uint64_t count)
        : cx_{cx}, to_{to}, count_{count} {}

    publisher(publisher&&) = delete;

    void on(next) {
        for (int burst = 0; burst < 8 && number_ < count_; ++burst) {
            if (!to_.publish(make_event(cx_.worker_index(), number_ + 1))) {
                break;
            }
            ++number_;
        }
        if (number_ < count_) {
            on(turnover{});
            again_ = cx_.after(std::chrono::microseconds{10}, next{});
        }
    }

    void on(turnover) { guest_ = cx_.spawn<guest>(guest_, to_); }

  private:
    struct leave {};

    // Stays until the next one has come.
    class guest {
      public:
        using accepts = messages<event, leave>;

        guest(context& cx, const ref<event, leave>& before, event_queue<event> from)
            : cx_{cx}, from_{cx.subscribe(*this, from)} {
            if (before) {
                before.send(leave{});
            }
        }

        void on(const event& what) {
            if (what.number % 64 == 0) {
                throw std::runtime_error{"as the test wants it"};
            }
        }

        void on(leave) { cx_.stop(); }

      private:
        context& cx_;
        subscription from_;
    };

    context& cx_;
    const event_queue<event> to_;
    const std::uint64_t count_;
    std::uint64_t number_ = 0;
    ref<event, leave> guest_;
    timer again_;
};

std::vector<std::thread> start_foreign(const event_queue<event>& to, const std::atomic<bool>& over,
                                       std::uint64_t count) {
    std::vector<std::thread> threads;
    for (std::uint32_t me = workers; me < publishers; ++me) {
        threads.emplace_back([&to, &over, count, me] {
            for (std::uint64_t number = 1; number <= count && !over;) {
                if (to.publish(make_event(me, number))) {
                    ++number;
                } else {
                    std::this_thread::yield();
                }
            }
        });
    }
    return threads;
}

std::vector<ref_to<subscriber>> start_workers(checked_system& sys, const event_queue<event>& queue,
                                              std::uint64_t count) {
    std::vector<ref_to<subscriber>> all;
    for (unsigned i = 0; i < workers; ++i) {
        all.push_back(sys->spawn<subscriber>({.on = {i}}, queue));
    }
    for (unsigned i = 0; i < workers; ++i) {
        sys->spawn<publisher>({.on = {i}}, queue, count).send(next{});
    }
    return all;
}

} // namespace

TEST_CASE("who subscribes from beginning to end hears every event of every publisher in order") {
    std::atomic<bool> over{false};
    // A door is never full, so that what was refused there has reached nobody.
    checked_system sys{{.workers = workers, .limits = {.foreign_messages_max = 10'000}}};
    const auto queue = sys->make_queue<event>({.limit = 256});
    const auto all = start_workers(sys, queue, events_each);
    for (std::thread& each : start_foreign(queue, over, events_each)) {
        each.join();
    }
    for (const auto& each : all) {
        heard seen;
        CHECK(eventually([&] {
            seen = sys.ask(each, report{});
            return seen.count == publishers * events_each;
        }));
        CHECK(seen.good);
    }
    sys.stop();
    const queue_counters last = queue.counters();
    CHECK(last.published == publishers * events_each);
    CHECK(last.sent == workers * last.published);
    CHECK(last.sent == last.handed_out + last.dropped + last.stopped);
}

TEST_CASE("a stop among publications leaves nothing uncounted, and handles that refuse") {
    event_queue<event> queue;
    std::vector<std::thread> threads;
    std::atomic<bool> over{false};
    {
        checked_system sys{{.workers = workers}};
        queue = sys->make_queue<event>({.limit = 16, .when_full = overflow::drop_oldest});
        const auto all = start_workers(sys, queue, ~std::uint64_t{0});
        threads = start_foreign(queue, over, ~std::uint64_t{0});
        CHECK(eventually([&] {
            const result<heard> seen = sys->ask(all[0], patience(), report{});
            return seen && seen->count > 2'000 && seen->good;
        }));
        sys.stop(); // which checks the books
    }
    over = true; // they have gone on publishing
    for (std::thread& each : threads) {
        each.join();
    }
    CHECK(!queue.publish(make_event(workers, 1)));
}

} // namespace queue_stress_test
