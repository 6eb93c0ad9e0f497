// Remote callbacks: from where, with what, in which order, on which thread.

#include "actors/errands.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <memory>

using namespace iapp;
using namespace iapp::test;

namespace post_test {

namespace {

constexpr unsigned nowhere = ~0U;

unsigned this_worker() {
    return worker_loop::current() == nullptr ? nowhere : worker_loop::current()->index();
}

template <std::size_t Words>
struct cargo {
    std::array<std::uint64_t, Words> words{};
};

// Can only be moved, and yet travels by value.
struct token {
    explicit token(int value_) : value{value_} {}

    token(token&&) = default;

    int value;
};

static_assert(travels_by_value<token>);

// Lets make(done) give a callback that counts up `done`, posts it by each of the four ways, and
// waits until all have run.
template <class Make>
void post_all_ways(Make make) {
    checked_system sys{{.workers = 2}};
    const auto first = sys->spawn<runner>({.on = {0}});
    std::atomic<int> done{0};
    CHECK(sys->post(worker{0}, make(done)));
    std::thread{[&] { CHECK(sys->post(worker{0}, make(done))); }}.join();
    first.send(errand{[&](context& cx) {
        CHECK(cx.post(worker{0}, make(done)));
        CHECK(cx.post(worker{1}, make(done)));
    }});
    CHECK(eventually([&] { return done == 4; }));
    const worker_statistics last = sys.stop();
    CHECK(done == 4);
    CHECK(last.actors.posted == 4);
    CHECK(last.actors.posts_ran == 4);
}

// What is written down in order, by one worker's messages and callbacks.
class diary {
  public:
    using accepts = messages<int>;

    explicit diary(std::vector<int>& pages) : pages_{pages} {}

    void on(int page) { pages_.push_back(page); }

  private:
    std::vector<int>& pages_;
};

// Writes 0 to count - 1, by messages and by callbacks of several sizes in turn.
void write(worker_loop& there, const ref<int>& by, std::vector<int>& pages, int count) {
    for (int i = 0; i < count; ++i) {
        switch (i % 4) {
        case 0:
            CHECK(by.send(i));
            break;
        case 1:
            CHECK(post(there, [&pages, n = std::uint32_t(i)] { pages.push_back(int(n)); }));
            break;
        case 2:
            CHECK(post(there, [&pages, i, more = cargo<4>{}] {
                pages.push_back(i + int(more.words[0]));
            }));
            break;
        default:
            CHECK(post(there, [&pages, n = std::make_unique<int>(i)] { pages.push_back(*n); }));
        }
    }
}

bool counts_up_to(const std::vector<int>& pages, int count) {
    std::vector<int> wanted(static_cast<std::size_t>(count));
    std::iota(wanted.begin(), wanted.end(), 0);
    return pages == wanted;
}

} // namespace

TEST_CASE("a post runs on its worker, from main, from another thread and from workers") {
    checked_system sys{{.workers = 2}};
    const auto first = sys->spawn<runner>({.on = {0}});
    std::atomic<int> done{0};
    std::array<unsigned, 4> ran_on{nowhere, nowhere, nowhere, nowhere};
    const auto note = [&](std::size_t i) {
        return [&ran_on, &done, i] {
            ran_on[i] = this_worker();
            ++done;
        };
    };
    CHECK(sys->post(worker{0}, note(0)));
    std::thread{[&] { CHECK(sys->post(worker{1}, note(1))); }}.join();
    first.send(errand{[&](context& cx) {
        CHECK(cx.post(worker{0}, note(2)));
        CHECK(cx.post(worker{1}, note(3)));
        CHECK(ran_on[2] == nowhere); // not at once
    }});
    CHECK(eventually([&] { return done == 4; }));
    CHECK(ran_on == std::array<unsigned, 4>{0, 1, 0, 1});
    CHECK(sys.stop().actors.posts_ran == 4);
}

TEST_CASE("captures of every size and kind arrive as they were, by every way") {
    post_all_ways([](std::atomic<int>& done) { return [&done] { ++done; }; }); // one parcel
    post_all_ways([](std::atomic<int>& done) {                                 // two parcels
        return [&done, all = cargo<5>{{1, 2, 3, 4, 5}}] {
            done += all.words == std::array<std::uint64_t, 5>{1, 2, 3, 4, 5} ? 1 : 0;
        };
    });
    post_all_ways([](std::atomic<int>& done) { // trivially copyable, yet by pointer
        cargo<200> all;
        std::iota(all.words.begin(), all.words.end(), std::uint64_t{7});
        return [&done, all] { done += all.words[0] == 7 && all.words[199] == 206 ? 1 : 0; };
    });
    post_all_ways([](std::atomic<int>& done) { // can only be moved
        return [&done, one = std::make_unique<int>(1)] { done += *one; };
    });
    post_all_ways(
        [](std::atomic<int>& done) { return [&done, one = token{1}] { done += one.value; }; });
}

TEST_CASE("a callback may change what it captured, and post again") {
    checked_system sys;

    struct chain {
        iapp::system& sys;
        std::atomic<int>& left;

        void operator()() {
            if (--left > 0) {
                CHECK(sys.post(worker{0}, chain{sys, left}));
            }
        }
    };

    std::atomic<int> left{100};
    CHECK(sys->post(worker{0}, chain{*sys, left}));
    CHECK(eventually([&] { return left == 0; }));
    CHECK(sys.stop().actors.posts_ran == 100);
}

TEST_CASE("posts keep their order with the messages of the same sender") {
    constexpr int count = 1'000;
    checked_system sys{{.workers = 2, .limits = {.foreign_messages_max = 2 * count}}};
    std::vector<int> by_main;
    std::vector<int> by_worker;
    std::vector<int> by_itself;
    const auto main_diary = sys->spawn<diary>({.on = {0}}, std::ref(by_main));
    const auto worker_diary = sys->spawn<diary>({.on = {0}}, std::ref(by_worker));
    const auto own_diary = sys->spawn<diary>({.on = {0}}, std::ref(by_itself));
    const auto same = sys->spawn<runner>({.on = {0}});
    const auto other = sys->spawn<runner>({.on = {1}});
    same.send(errand{[&](context&) { write(*own_diary.home(), own_diary, by_itself, count); }});
    other.send(
        errand{[&](context&) { write(*worker_diary.home(), worker_diary, by_worker, count); }});
    write(*main_diary.home(), main_diary, by_main, count);
    std::atomic<int> complete{0}; // asked on the worker, whose vectors they are
    CHECK(eventually([&] {
        sys->post(worker{0}, [&] {
            complete = static_cast<int>(by_main.size() + by_worker.size() + by_itself.size());
        });
        return complete == 3 * count;
    }));
    sys.stop();
    CHECK(counts_up_to(by_main, count));
    CHECK(counts_up_to(by_worker, count));
    CHECK(counts_up_to(by_itself, count));
}

TEST_CASE("a callback and its captures are destroyed on its worker, run or not") {
    checked_system sys{{.workers = 2}};
    const std::thread::id there = thread_of(sys, 1);
    const auto first = sys->spawn<runner>({.on = {0}});
    endings ran;
    CHECK(sys->post(worker{1}, [w = witness{ran}] {}));
    CHECK(eventually([&] { return ran.count == 1; }));
    CHECK(ran.where.load() == there);
    first.send(errand{[&](context& cx) { cx.post(worker{1}, [w = witness{ran}] {}); }});
    CHECK(eventually([&] { return ran.count == 2; }));
    CHECK(ran.where.load() == there);
    endings cancelled;
    {
        const busy_worker busy{sys, 1};
        CHECK(sys->post(worker{1}, [w = witness{cancelled}] {}).cancel() ==
              cancel_result::cancelled);
        CHECK(cancelled.count == 0); // not here
    }
    CHECK(eventually([&] { return cancelled.count == 1; }));
    CHECK(cancelled.where.load() == there);
}

namespace {

// Does what is left to do at the end of its thread.
struct last_act {
    std::function<void()> what;

    ~last_act() {
        if (what) {
            what();
        }
    }
};

} // namespace

TEST_CASE("a thread posts while it ends, also when it has posted before") {
    checked_system sys{{.workers = 1}};
    std::atomic<int> done{0};
    std::thread{[&] {
        thread_local last_act at_end;
        at_end.what = [&] {
            CHECK(sys->post(worker{0}, [&] { ++done; }));
            CHECK(sys->post(worker{0}, [&] { ++done; }));
        };
        CHECK(sys->post(worker{0}, [&] { ++done; })); // what this needs ends before at_end
    }}.join();
    CHECK(eventually([&] { return done == 3; }));
    CHECK(sys.stop().actors.posts_ran == 3);
}

TEST_CASE("an exception of a callback is counted and ends nothing else") {
    checked_system sys;
    std::atomic<int> ran{0};
    endings ended;
    CHECK(sys->post(worker{0}, [w = witness{ended}] { throw std::runtime_error{"as planned"}; }));
    CHECK(sys->post(worker{0}, [w = witness{ended}] { throw 5; }));
    CHECK(sys->post_after(worker{0}, {}, [w = witness{ended}] { throw std::bad_alloc{}; }));
    CHECK(eventually([&] { return ended.count == 3; }));
    CHECK(sys->post(worker{0}, [&] { ++ran; }));
    CHECK(eventually([&] { return ran == 1; }));
    const worker_statistics last = sys.stop();
    CHECK(last.actors.posts_failed == 3);
    CHECK(last.actors.posts_ran == 4);
    CHECK(last.actors.actors_failed == 0);
}

} // namespace post_test
