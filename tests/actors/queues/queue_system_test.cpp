// Event queues of whole systems: between workers, from other threads, and beyond the system's end.

#include "actors/queues/queues.hpp"

#include <thread>

using namespace iapp;
using namespace iapp::test;

namespace queue_system_test {

namespace {

struct heard {
    using reply = diary;
};

struct story {
    using reply = std::vector<std::string>;
};

struct subscribed {
    using reply = bool;
};

// Subscribes at once to one queue or both, and says what it has heard.
class reporter {
  public:
    using accepts = messages<tick, news, leave, heard, story, subscribed>;

    reporter(context& cx, event_queue<tick> ticks, event_queue<news> texts)
        : ticks_{cx.subscribe(*this, ticks)}, texts_{cx.subscribe(*this, texts)} {}

    void on(tick what) { heard_.push_back(what.number); }

    void on(const news& what) { texts_heard_.push_back(what.text); }

    void on(leave) { ticks_.cancel(); }

    diary on(heard) { return heard_; }

    std::vector<std::string> on(story) { return texts_heard_; }

    bool on(subscribed) { return static_cast<bool>(ticks_); }

  private:
    subscription ticks_;
    subscription texts_;
    diary heard_;
    std::vector<std::string> texts_heard_;
};

using reporters = std::vector<ref_to<reporter>>;

reporters spawn_reporters(checked_system& sys, unsigned count, event_queue<tick> ticks,
                          event_queue<news> texts = {}) {
    reporters all;
    for (unsigned i = 0; i < count; ++i) {
        all.push_back(sys->spawn<reporter>({.on = {i % sys->workers()}}, ticks, texts));
    }
    return all;
}

// Publishes when there is room.
template <class T>
void insist(const event_queue<T>& to, const T& event) {
    CHECK(eventually([&] { return to.publish(event); }));
}

} // namespace

TEST_CASE("a thread that is no worker publishes to subscribers on all workers, in order") {
    checked_system sys{{.workers = 3}};
    const auto ticks = sys->make_queue<tick>();
    const reporters all = spawn_reporters(sys, 7, ticks);
    diary expected;
    for (int i = 0; i < 500; ++i) {
        insist(ticks, tick{i});
        expected.push_back(i);
    }
    for (const auto& each : all) {
        CHECK(sys.ask(each, heard{}) == expected);
    }
    sys.stop();
    CHECK(ticks.counters().deliveries == 7 * 500);
    CHECK(ticks.counters().sent == 3 * 500);
    check_queue(ticks.counters());
}

TEST_CASE("a publication and a message to the same actor keep the order of their thread") {
    checked_system sys{{.workers = 2}};
    const auto ticks = sys->make_queue<tick>();
    const reporters all = spawn_reporters(sys, 2, ticks);
    diary expected;
    for (int i = 0; i < 400; i += 2) {
        insist(ticks, tick{i});
        CHECK(eventually([&] { return all[1].send(tick{i + 1}); }));
        expected.insert(expected.end(), {i, i + 1});
    }
    CHECK(sys.ask(all[1], heard{}) == expected);
}

TEST_CASE("events that own memory are copied once a worker and shared there") {
    checked_system sys{{.workers = 2}};
    const auto texts = sys->make_queue<news>();
    const reporters all = spawn_reporters(sys, 6, {}, texts);
    const std::string text(1000, 'x'); // not within the string itself
    for (int i = 0; i < 10; ++i) {
        insist(texts, news{text});
    }
    for (const auto& each : all) {
        CHECK(sys.ask(each, story{}) == std::vector<std::string>(10, text));
    }
}

TEST_CASE("a queue is found by its name from anywhere, and made once") {
    checked_system sys{{.workers = 2}};
    std::vector<event_queue<tick>> found(8);
    std::vector<std::thread> threads;
    for (auto& each : found) {
        threads.emplace_back([&] { each = *sys->queue<tick>("ticks"); });
    }
    for (std::thread& each : threads) {
        each.join();
    }
    CHECK(std::count(found.begin(), found.end(), found.front()) == 8);
    const auto other = sys->queue<news>("ticks");
    CHECK(other.error() == actor_error::wrong_event_type);
    CHECK(other.error().message() == "the event queue of that name has events of another type");
}

TEST_CASE("a callback on a worker hears every event until its subscription is cancelled") {
    checked_system sys{{.workers = 2}};
    const auto ticks = sys->make_queue<tick>();
    std::atomic<int> sum{0};
    std::atomic<int> where{-1};
    auto held = sys->subscribe_worker(worker{1}, ticks, [&](const tick& what) {
        where = static_cast<int>(worker_loop::current()->index());
        sum += what.number;
    });
    CHECK(held);
    CHECK(ticks.publish({1}));
    CHECK(eventually([&] { return sum == 1; }));
    CHECK(where == 1);
    held.cancel();
    CHECK(!held);
    const auto other = sys->subscribe_worker(worker{1}, ticks, [&](const tick&) { sum += 100; });
    CHECK(ticks.publish({2})); // the end of the first subscription is before it
    CHECK(eventually([&] { return sum > 1; }));
    CHECK(sum == 101);
}

TEST_CASE("a callback gets the latest event first") {
    checked_system sys{{.workers = 2}};
    const auto latest = sys->make_queue<tick>({.replay_last = true});
    CHECK(latest.publish({7}));
    std::atomic<int> replayed{0};
    const auto late =
        sys->subscribe_worker(worker{0}, latest, [&](const tick& what) { replayed = what.number; });
    CHECK(eventually([&] { return replayed == 7; }));
}

TEST_CASE("a callback that throws is counted, and hears the next event all the same") {
    checked_system sys{{.workers = 1}};
    const auto ticks = sys->make_queue<tick>();
    std::atomic<int> calls{0};
    const auto held = sys->subscribe_worker(worker{0}, ticks, [&](const tick&) {
        ++calls;
        throw std::runtime_error{"as the test wants it"};
    });
    CHECK(ticks.publish({1}));
    CHECK(ticks.publish({2}));
    CHECK(eventually([&] { return calls == 2; }));
    CHECK(sys.stop().actors.posts_failed == 2);
}

TEST_CASE("the captures of a callback end on its worker, with the subscription or the system") {
    const auto token = std::make_shared<int>();
    worker_subscription outlives;
    {
        checked_system sys{{.workers = 2}};
        const auto ticks = sys->make_queue<tick>();
        auto first = sys->subscribe_worker(worker{1}, ticks, [token](const tick&) {});
        outlives = sys->subscribe_worker(worker{0}, ticks, [token](const tick&) {});
        CHECK(eventually([&] { return token.use_count() == 3; })); // what made it goes first
        first.cancel();
        CHECK(eventually([&] { return token.use_count() == 2; }));
        sys.stop();
        CHECK(token.use_count() == 1);
        CHECK(!sys->subscribe_worker(worker{0}, ticks, [](const tick&) {}));
    }
    outlives.cancel(); // nothing is left that could be told
}

TEST_CASE("a handle outlives its system: it refuses") {
    event_queue<tick> ticks;
    {
        checked_system sys{{.workers = 2}};
        ticks = sys->make_queue<tick>();
        spawn_reporters(sys, 2, ticks);
        CHECK(ticks.publish({1}));
        sys.stop();
        CHECK(!ticks.publish({2}));
        CHECK(ticks.counters().refused == 1);
        CHECK(ticks.counters().published == 1);
    }
    CHECK(ticks);
    CHECK(!ticks.publish({3}));
    CHECK(ticks.counters().published == 0);
    checked_system next{{.workers = 2}}; // maybe at the same place in memory
    CHECK(!ticks.publish({4}));
    CHECK(!next->subscribe_worker(worker{0}, ticks, [](const tick&) {}));
}

TEST_CASE("an actor cannot subscribe to another system's queue, but publish to it") {
    struct forward {
        int number;
    };

    struct forwarder {
        using accepts = messages<forward>;

        explicit forwarder(event_queue<tick> to_) : to{to_} {}

        void on(forward what) { CHECK(to.publish({what.number})); }

        event_queue<tick> to;
    };

    checked_system one{{.workers = 1}};
    checked_system two{{.workers = 2}};
    const auto ticks = two->make_queue<tick>();
    const reporters foreign = spawn_reporters(one, 1, ticks);
    CHECK(!one.ask(foreign[0], subscribed{}));
    const reporters own = spawn_reporters(two, 2, ticks);
    CHECK(two.ask(own[0], subscribed{}));
    const auto from = one->spawn<forwarder>({}, ticks);
    for (int i = 1; i <= 3; ++i) {
        CHECK(from.send(forward{i}));
    }
    CHECK(eventually([&] { return two.ask(own[1], heard{}) == diary{1, 2, 3}; }));
    CHECK(one.ask(foreign[0], heard{}).empty());
}

TEST_CASE("a door that is full refuses, and says so") {
    checked_system sys{{.workers = 1, .limits = {.foreign_messages_max = 4}}};
    const auto ticks = sys->make_queue<tick>();
    const auto holds = sys->make_queue<tick>();
    std::atomic<bool> holding{false};
    std::atomic<bool> release{false};
    const auto held = sys->subscribe_worker(worker{0}, holds, [&](const tick&) {
        holding = true;
        CHECK(eventually([&] { return release.load(); }));
    });
    const auto none = sys->subscribe_worker(worker{0}, ticks, [](const tick&) {});
    CHECK(holds.publish({}));
    CHECK(eventually([&] { return holding.load(); }));
    int taken = 0;
    for (int i = 0; i < 100; ++i) {
        taken += ticks.publish({i}) ? 1 : 0;
    }
    CHECK(taken >= 4);
    CHECK(taken < 100);
    release = true;
    sys.stop();
    CHECK(ticks.counters().refused == 100U - static_cast<unsigned>(taken));
    CHECK(ticks.counters().sent == static_cast<unsigned>(taken));
    check_queue(ticks.counters());
}

TEST_CASE("a system with as many queues as it may have makes no more") {
    checked_system sys{{.workers = 1}};
    for (std::uint32_t i = 0; i < queue_registry::queues_max; ++i) {
        if (!sys->make_queue<tick>()) {
            FAIL("below the limit");
        }
    }
    CHECK(!sys->make_queue<tick>());
    CHECK(sys->queue<tick>("one more").error() == actor_error::too_many_queues);
}

} // namespace queue_system_test
