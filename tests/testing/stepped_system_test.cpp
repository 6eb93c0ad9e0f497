// A system of several workers in one thread: everything it offers works without a thread.

#include "support/actors.hpp"

#include <iapp/testing.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace stepped_system_test {
using iapp::testing::kit;

namespace {

struct hop {
    int left = 0;
};

// Passes a hop on to the next one round a ring.
class ring_node {
  public:
    using accepts = messages<hop, ref<hop>>;

    explicit ring_node(context& cx) : cx_{cx} {}

    void on(ref<hop> next) { next_ = next; }

    void on(hop h) {
        if (h.left == 0) {
            cx_.stop_system(7);
        } else {
            next_.send(hop{h.left - 1});
        }
    }

  private:
    context& cx_;
    ref<hop> next_;
};

} // namespace

TEST_CASE("messages go round several workers that one thread turns") {
    kit k{{.workers = 4}};
    std::vector<ref_to<ring_node>> nodes;
    for (unsigned i = 0; i < 4; ++i) {
        nodes.push_back(k.spawn_with<ring_node>({.on = {i}}));
    }
    for (unsigned i = 0; i < 4; ++i) {
        REQUIRE(nodes[i].send(ref<hop>{nodes[(i + 1) % 4]}));
    }
    k.run_until_idle();
    REQUIRE(nodes[0].send(hop{1000}));
    k.host().wait_until_stopped();
    CHECK(k.host().exit_status() == 7);
    const worker_statistics last = k.finish();
    CHECK(last.actors.delivered == 1005);
    CHECK(last.mail.sent_away == 1000);
}

TEST_CASE("nobody waits for ever for an end that cannot come") {
    kit k;
    k.host().wait_until_stopped();
    CHECK(!k.host().wait(0s));
}

TEST_CASE("posts run in the stepped workers, delayed ones in their time") {
    kit k{{.workers = 2}};
    std::string log;
    k.host().post_after(worker{1}, 20ms, [&] { log += 'b'; });
    const post_handle gone = k.host().post_after(worker{1}, 10ms, [&] { log += 'x'; });
    k.host().post(worker{0}, [&] { log += 'a'; });
    k.run_until_idle();
    CHECK(log == "a");
    CHECK(gone.cancel() == cancel_result::cancelled);
    k.advance(19ms);
    CHECK(log == "a");
    k.advance(1ms);
    CHECK(log == "ab");
    const worker_statistics last = k.finish();
    CHECK(last.actors.posts_cancelled == 1);
    CHECK(last.actors.posts_ran == 2);
}

TEST_CASE("a full ring between two stepped workers empties") {
    kit k{{.workers = 2, .limits = {.ring_messages_max = 4}}};
    const auto far = k.spawn_with<counter>({.on = {1}});
    const auto near = k.spawn_with<counter>({.on = {0}});
    k.host().post(worker{0}, [far] {
        for (int i = 0; i < 1000; ++i) {
            CHECK(far.send(add{1}));
        }
    });
    k.run_until_idle();
    CHECK(k.ask(far, total{}) == 1000);
    CHECK(k.ask(near, total{}) == 0);
    k.finish();
}

TEST_CASE("two kits at once are two systems") {
    kit one;
    kit two;
    const auto a = one.spawn<counter>();
    const auto b = two.spawn<counter>();
    one.inject(a, add{1});
    two.inject(b, add{2});
    CHECK(one.ask(a, total{}) == 1);
    CHECK(two.ask(b, total{}) == 2);
    one.finish();
    two.finish();
}

} // namespace stepped_system_test
