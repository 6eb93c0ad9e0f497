// Three workers, four queues, and actors that publish, subscribe, unsubscribe, spawn, stop and fail
// at random, in an order drawn from a seed.

#include "support/random.hpp"
#include "support/stepped_workers.hpp"

#include <iapp/actors/event_queue.hpp>

#include <doctest/doctest.h>

#include <array>
#include <map>
#include <stdexcept>

using namespace iapp;
using namespace iapp::test;

namespace queue_random_test {

namespace {

constexpr unsigned workers = 3;
constexpr unsigned queues = 4;
constexpr unsigned steps = 400;
constexpr std::size_t actors_max = 40;

// Which of the publisher's events in that queue it is; of two sizes.
template <std::size_t Words>
struct item {
    std::uint32_t publisher;
    std::uint32_t queue;
    std::uint64_t number;
    std::array<std::uint64_t, Words> filling{};
};

using brief = item<1>;    // by value, two parcels
using lengthy = item<10>; // by pointer

struct act {};

class busy;

// What the test knows of everybody.
struct scene {
    scene(std::uint64_t seed_, stepped_workers& of) : random{seed_}, all{of} {}

    random_source random;
    stepped_workers& all;
    std::array<event_queue<brief>, queues / 2> briefs;
    std::array<event_queue<lengthy>, queues / 2> lengthies;
    std::array<queue_options, queues> options;
    std::array<std::uint64_t, queues> taken{};
    std::vector<busy*> alive;
    std::uint32_t next_publisher = 0;
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> next_number;
    bool in_order = true;
};

template <class T>
void publish(scene& of, std::uint32_t publisher, std::uint32_t queue,
             const event_queue<T>& through) {
    std::uint64_t& number = of.next_number[{publisher, queue}];
    if (through.publish(T{publisher, queue, number + 1})) {
        ++number;
        ++of.taken[queue];
    }
}

void publish_any(scene& of, std::uint32_t publisher) {
    const auto queue = static_cast<std::uint32_t>(of.random.below(queues));
    if (queue % 2 == 0) {
        publish(of, publisher, queue, of.briefs[queue / 2]);
    } else {
        publish(of, publisher, queue, of.lengthies[queue / 2]);
    }
}

class busy {
  public:
    using accepts = messages<brief, lengthy, act>;

    // `loyal`: does nothing but hear, from the beginning to the end.
    busy(context& cx, scene& in, bool loyal)
        : cx_{cx}, in_{in}, loyal_{loyal}, me_{in.next_publisher++} {
        in_.alive.push_back(this);
        for (std::uint32_t queue = 0; loyal_ && queue < queues; ++queue) {
            toggle(queue);
        }
    }

    busy(busy&&) = delete;

    ~busy() { std::erase(in_.alive, this); }

    void on(const brief& what) { hear(what); }

    void on(const lengthy& what) { hear(what); }

    void on(act) { act_now(); }

    ref_to<busy> self() { return cx_.self(*this); }

    bool loyal() const { return loyal_; }

    std::uint64_t heard(std::uint32_t queue) const { return heard_[queue]; }

  private:
    template <class T>
    void hear(const T& what) {
        std::uint64_t& last = last_[{what.publisher, what.queue}];
        const bool again = again_[what.queue] && what.number == last;
        in_.in_order = in_.in_order && (what.number > last || again) && subscribed(what.queue);
        again_[what.queue] = false;
        last = what.number;
        ++heard_[what.queue];
        if (!loyal_ && in_.random.one_in(4)) {
            act_now();
        }
    }

    void act_now() {
        const auto queue = static_cast<std::uint32_t>(in_.random.below(queues));
        switch (in_.random.below(12)) {
        case 0:
            return cx_.stop();
        case 1:
            throw std::runtime_error{"at random"};
        case 2:
            if (in_.alive.size() < actors_max) {
                cx_.spawn<busy>(std::ref(in_), false);
            }
            return;
        case 3:
        case 4:
        case 5:
            return toggle(queue);
        case 6: { // of another actor on this worker
            busy& other = *in_.alive[in_.random.below(in_.alive.size())];
            if (other.cx_.worker_index() == cx_.worker_index() && !other.loyal_) {
                other.toggle(queue);
            }
            return;
        }
        default:
            return publish_any(in_, me_);
        }
    }

    void toggle(std::uint32_t queue) {
        if (subscribed(queue)) {
            subscriptions_[queue].cancel();
        } else if (queue % 2 == 0) {
            subscriptions_[queue] = cx_.subscribe(*this, in_.briefs[queue / 2]);
        } else {
            subscriptions_[queue] = cx_.subscribe(*this, in_.lengthies[queue / 2]);
        }
        again_[queue] = in_.options[queue].replay_last;
    }

    bool subscribed(std::uint32_t queue) const { return static_cast<bool>(subscriptions_[queue]); }

    context& cx_;
    scene& in_;
    const bool loyal_;
    const std::uint32_t me_;
    std::array<subscription, queues> subscriptions_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> last_;
    std::array<std::uint64_t, queues> heard_{};
    std::array<bool, queues> again_{};
};

void make_queues(scene& in, context& cx) {
    for (std::uint32_t queue = 0; queue < queues; ++queue) {
        queue_options& options = in.options[queue];
        options.limit =
            in.random.one_in(2) ? 0 : 1 + static_cast<std::uint32_t>(in.random.below(8));
        options.when_full = static_cast<overflow>(in.random.below(3));
        options.replay_last = in.random.one_in(3);
        if (queue % 2 == 0) {
            in.briefs[queue / 2] = cx.make_queue<brief>(options);
        } else {
            in.lengthies[queue / 2] = cx.make_queue<lengthy>(options);
        }
    }
}

class founder {
  public:
    using accepts = messages<act>;

    founder(context& cx, scene& in) { make_queues(in, cx); }

    void on(act) {}
};

queue_counters counters_of(const scene& in, std::uint32_t queue) {
    return queue % 2 == 0 ? in.briefs[queue / 2].counters() : in.lengthies[queue / 2].counters();
}

// Nobody acts any more. Then who has heard from the beginning has heard everything that was taken.
void check_loyal(scene& in) {
    in.all.settle();
    for (const busy* each : in.alive) {
        for (std::uint32_t queue = 0; each->loyal() && queue < queues; ++queue) {
            if (in.options[queue].when_full == overflow::refuse) {
                CHECK(each->heard(queue) == in.taken[queue]);
            } else {
                CHECK(each->heard(queue) + counters_of(in, queue).dropped >= in.taken[queue]);
            }
        }
    }
}

void run_scene(std::uint64_t seed) {
    INFO("IAPP_TEST_SEED=" << seed);
    const worker_limits narrow{.outbox_messages_max = 32, .ring_messages_max = 8};
    stepped_workers all{workers, seed % 2 == 0 ? narrow : worker_limits{}};
    scene in{seed, all};
    all.spawn<founder>(0, std::ref(in));
    for (unsigned i = 0; i < 4 * workers; ++i) {
        all.spawn<busy>(i % workers, std::ref(in), i < workers);
    }
    const std::uint32_t foreign = in.next_publisher++;
    for (unsigned step = 0; step < steps; ++step) {
        if (in.random.one_in(2)) {
            busy& any = *in.alive[in.random.below(in.alive.size())];
            if (!any.loyal()) {
                any.self().send(act{});
            }
        }
        if (in.random.one_in(8)) {
            publish_any(in, foreign);
        }
        all.step(static_cast<unsigned>(in.random.below(workers)));
    }
    if (in.random.one_in(2)) { // else the end comes while events are under way
        check_loyal(in);
    }
    all.end();
    CHECK(in.in_order);
    for (std::uint32_t queue = 0; queue < queues; ++queue) {
        const queue_counters seen = counters_of(in, queue);
        CHECK(seen.sent == seen.handed_out + seen.dropped + seen.stopped);
        CHECK(seen.published == in.taken[queue]);
    }
}

} // namespace

TEST_CASE("200 seeds: subscribers hear each publisher in order, and every book is right") {
    const std::uint64_t from = seed();
    for (std::uint64_t i = 0; i < 200; ++i) {
        run_scene(from + i);
    }
}

} // namespace queue_random_test
