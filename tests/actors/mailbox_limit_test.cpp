// Limits on what waits for an actor.

#include "support/stepped_worker.hpp"

#include <functional>
#include <stdexcept>
#include <string>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace mailbox_limit_test {

namespace {

struct item {
    int number = 0;
};

struct big_item {
    std::string text;
};

struct query {
    using reply = int;
    int number = 0;
};

struct reserved_item {
    int number = 0;
};

class collector {
  public:
    using accepts = messages<item, big_item, query, reserved_item>;

    explicit collector(context& cx_) : cx{cx_} {}

    void on(item what) { write(std::to_string(what.number)); }

    void on(const big_item& what) { write(what.text); }

    int on(query what) {
        write("q" + std::to_string(what.number));
        return what.number;
    }

    void on(reserved_item what) { write("r" + std::to_string(what.number)); }

    void write(const std::string& text) {
        log += text + ";";
        if (log.size() > stop_at) {
            cx.stop();
        }
    }

    auto self() { return cx.self(*this); }

    context& cx;
    std::string log;
    std::size_t stop_at = 10'000;
};

struct noise {};

// Sends itself noise, so that something always waits, and looks at the order of the items.
class noisy {
  public:
    using accepts = messages<item, query, noise>;

    explicit noisy(context& cx) : cx_{cx} {}

    void on(item what) {
        in_order_ = in_order_ && what.number == latest_ + 1;
        latest_ = what.number;
    }

    int on(query) { return in_order_ ? latest_ : -1; }

    void on(noise) { cx_.self(*this).send(noise{}); }

  private:
    context& cx_;
    int latest_ = 0;
    bool in_order_ = true;
};

// Sends itself four items while it is constructed and two more in init(), which fails if it is to.
class eager {
  public:
    using accepts = messages<item>;

    explicit eager(context& cx, bool fails = false) : cx_{cx}, fails_{fails} {
        for (int i = 1; i <= 4; ++i) {
            send(i);
        }
    }

    result<void> init() {
        send(5);
        send(6);
        return fails_ ? std::make_error_code(std::errc::io_error) : std::error_code{};
    }

    void on(item what) { log += std::to_string(what.number) + ";"; }

    std::string log;
    int taken = 0;

  private:
    void send(int number) { taken += cx_.self(*this).send(item{number}) ? 1 : 0; }

    context& cx_;
    bool fails_;
};

constexpr mailbox_options three{.limit = 3};

class spawner_of_eager {
  public:
    using accepts = messages<item>;

    explicit spawner_of_eager(context& cx) {
        CHECK(cx.spawn<eager>({.mailbox = three}));
        CHECK(cx.spawn<eager>({.on = {1}, .mailbox = three}));
    }

    void on(item) {}
};

class sender_of_items {
  public:
    using accepts = messages<item>;

    explicit sender_of_items(const ref<item>& to) : to_{to} {}

    void on(item last) {
        for (int i = 1; i <= last.number; ++i) {
            to_.send(item{i});
        }
    }

  private:
    ref<item> to_;
};

// Writes down what it hears of an actor that it watches.
class watcher {
  public:
    using accepts = messages<item, down, linked_down>;

    explicit watcher(context& cx_) : cx{cx_} {}

    void on(item what) { write(std::to_string(what.number)); }

    void on(down) { write("down"); }

    void on(linked_down) { write("linked_down"); }

    void write(const std::string& text) {
        log += text + ";";
        if (on_word) {
            on_word();
        }
    }

    context& cx;
    std::string log;
    std::function<void()> on_word;
};

// Sends three items to the one who watches it, and fails.
class last_sender {
  public:
    using accepts = messages<noise>;

    last_sender(context& cx_, const ref<item>& to) : cx{cx_}, to_{to} {}

    void on(noise) {
        for (int i = 1; i <= 3; ++i) {
            to_.send(item{i});
        }
        throw std::runtime_error{"as the test wants it"};
    }

    context& cx;

  private:
    ref<item> to_;
};

} // namespace

} // namespace mailbox_limit_test

template <>
inline constexpr iapp::delivery iapp::delivery_of<mailbox_limit_test::reserved_item> =
    iapp::delivery::reserved;

namespace mailbox_limit_test {

namespace {

struct limited_actor {
    explicit limited_actor(const mailbox_options& options)
        : c{w.spawn_limited<collector>(options)} {}

    // Sends `count` numbered items from the worker itself; how many send() took.
    int send_items(int count) {
        int taken = 0;
        w.act([&] {
            for (int i = 1; i <= count; ++i) {
                taken += to.send(item{i}) ? 1 : 0;
            }
        });
        w.turn();
        return taken;
    }

    std::uint64_t dead(dead_letter reason) { return dead_letters(w.loop().statistics(), reason); }

    stepped_worker w;
    collector& c;
    collector& other = w.spawn<collector>();
    ref_to<collector> to = c.self();
};

struct watched_sender {
    void fail() {
        w.act([&] { from.cx.self(from).send(noise{}); });
        w.turn(5);
    }

    stepped_worker w;
    watcher& watches = w.spawn_limited<watcher>({.limit = 5});
    last_sender& from = w.spawn<last_sender>(ref<item>{watches.cx.self(watches)});
};

} // namespace

TEST_CASE("an actor without a limit takes what its worker takes") {
    limited_actor a{{}};
    CHECK(a.send_items(1000) == 1000);
    CHECK(a.dead(dead_letter::refused) + a.dead(dead_letter::dropped) == 0);
}

TEST_CASE("a full mailbox refuses what comes, and its sender is told") {
    limited_actor a{{.limit = 3}};
    CHECK(a.send_items(5) == 3);
    CHECK(a.c.log == "1;2;3;");
    CHECK(a.dead(dead_letter::refused) == 2);
    CHECK(a.send_items(2) == 2); // there is room again
}

TEST_CASE("a full mailbox drops the newest") {
    limited_actor a{{.limit = 3, .when_full = overflow::drop_newest}};
    CHECK(a.send_items(5) == 5);
    CHECK(a.c.log == "1;2;3;");
    CHECK(a.dead(dead_letter::dropped) == 2);
}

TEST_CASE("a full mailbox drops the oldest") {
    limited_actor a{{.limit = 3, .when_full = overflow::drop_oldest}};
    CHECK(a.send_items(5) == 5);
    CHECK(a.c.log == "3;4;5;");
    CHECK(a.dead(dead_letter::dropped) == 2);
}

TEST_CASE("the limit of one actor does not concern another") {
    limited_actor a{{.limit = 1}};
    a.w.act([&] {
        for (int i = 1; i <= 3; ++i) {
            a.to.send(item{i});
            CHECK(a.other.self().send(item{i}));
        }
    });
    a.w.turn();
    CHECK(a.c.log == "1;");
    CHECK(a.other.log == "1;2;3;");
}

TEST_CASE("what is reserved waits in order, but neither counts nor is dropped") {
    for (const auto policy : {overflow::refuse, overflow::drop_newest, overflow::drop_oldest}) {
        limited_actor a{{.limit = 1, .when_full = policy}};
        a.w.act([&] {
            const auto send_reserved = [&](int number) {
                CHECK(worker_loop::send(a.w.loop(), a.to.id().to_word(),
                                        message_type_of<reserved_item>, reserved_item{number},
                                        delivery::reserved));
            };
            send_reserved(1);
            a.to.send(item{2});
            send_reserved(3);
            a.to.send(item{4});
            send_reserved(5);
        });
        a.w.turn();
        CHECK(a.c.log == (policy == overflow::drop_oldest ? "r1;r3;4;r5;" : "r1;2;r3;r5;"));
    }
}

TEST_CASE("what arrives from other threads goes behind what waits, and falls under the limit") {
    limited_actor a{{.limit = 2, .when_full = overflow::drop_newest}};
    CHECK(a.to.send(item{1})); // by the door: handled at once, nothing waits
    CHECK(a.to.send(item{2}));
    a.w.turn();
    CHECK(a.c.log == "1;2;");
    iapp::post(a.w.loop(), [&] { a.to.send(item{3}); }); // waits in the queue
    a.to.send(big_item{"four"});                         // so this goes behind it
    a.to.send(item{5});                                  // and this has no place
    a.to.send(reserved_item{6});
    a.w.turn();
    CHECK(a.c.log == "1;2;3;four;r6;");
    CHECK(a.dead(dead_letter::dropped) == 1);
}

TEST_CASE("a request that a full mailbox does not take is refused, whatever the policy") {
    for (const auto policy : {overflow::refuse, overflow::drop_newest, overflow::drop_oldest}) {
        limited_actor a{{.limit = 1, .when_full = policy}};
        std::string answers;
        a.w.act([&] {
            for (int i = 1; i <= 2; ++i) {
                a.other.cx.ask<query>(
                    a.to, 1h,
                    [&](result<int> r) {
                        answers += r                                   ? std::to_string(*r)
                                   : r.error() == actor_error::refused ? "refused"
                                                                       : "?";
                    },
                    i);
            }
        });
        a.w.turn();
        a.w.turn();
        const bool oldest = policy == overflow::drop_oldest;
        CHECK((answers == (oldest ? "refused2" : "1refused") ||
               answers == (oldest ? "2refused" : "refused1")));
        CHECK(a.dead(dead_letter::refused) + a.dead(dead_letter::dropped) == 1);
    }
}

TEST_CASE("what waits for an actor that ends is dead: stale, or stopped with the worker") {
    limited_actor a{{.limit = 100}};
    a.c.stop_at = 3;
    std::string answer;
    a.w.act([&] {
        for (int i = 1; i <= 9; ++i) {
            a.to.send(item{i});
        }
        a.to.send(big_item{"large"});
        a.other.cx.ask<query>(
            a.to, 1h, [&](result<int> r) { answer = r.error().message(); }, 1);
    });
    a.w.turn();
    CHECK(a.dead(dead_letter::stale) == 9);
    CHECK(answer == make_error_code(actor_error::unanswered).message());

    limited_actor b{{.limit = 3000}};
    b.w.act([&] {
        for (int i = 1; i <= 2500; ++i) {
            b.to.send(item{i});
        }
    });
    b.w.end();
    CHECK(b.dead(dead_letter::stopped) > 0);
    const worker_statistics last = b.w.loop().statistics();
    CHECK(last.actors.sent == last.actors.delivered + dead_letters(last));
}

TEST_CASE("a limit is given when an actor is spawned, and asks from outside fall under it") {
    checked_system sys;
    const auto to = sys->spawn<noisy>({.mailbox = {.limit = 1, .when_full = overflow::refuse}});
    to.send(noise{});
    // That waits there, or what it sends itself then, so there is no place.
    CHECK(sys->ask(to, patience(), query{1}).error() == actor_error::refused);
}

TEST_CASE("what an actor sends itself while it is made falls under its limit") {
    stepped_worker w;
    const eager* made = nullptr;
    w.act([&] {
        made = &w.spawn_limited<eager>(three);
        CHECK(made->taken == 3);
    });
    w.turn(3);
    CHECK(made->log == "1;2;3;");
    CHECK(dead_letters(w.loop().statistics(), dead_letter::refused) == 3);
}

TEST_CASE("what an actor sends itself falls under its limit wherever it is spawned") {
    checked_system sys{{.workers = 2}};
    CHECK(sys->spawn<eager>({.mailbox = three}));
    CHECK(sys->spawn<spawner_of_eager>({}));
    CHECK(eventually([&] { return sys->statistics(patience())->actors.actors_spawned == 4; }));
    CHECK(dead_letters(sys.stop(), dead_letter::refused) == 9);
}

TEST_CASE("what waits for an actor whose construction fails is stale") {
    stepped_worker w;
    w.act([&] { CHECK(w.loop().spawn_cell<eager>(three, true) == nullptr); });
    w.turn(3);
    CHECK(dead_letters(w.loop().statistics(), dead_letter::refused) == 3);
    CHECK(dead_letters(w.loop().statistics(), dead_letter::stale) == 3);
}

TEST_CASE("messages of another worker keep their order in the queue of an actor") {
    checked_system sys{{.workers = 2}};
    const auto to = sys->spawn<noisy>({.on = {0}, .mailbox = {.limit = 100'000}});
    to.send(noise{});
    sys->spawn<sender_of_items>({.on = {1}}, ref<item>{to}).send(item{3000});
    CHECK(eventually([&] { return sys.ask(to, query{}) == 3000; }));
}

TEST_CASE("news of a death waits behind what the dead one has sent") {
    watched_sender a;
    CHECK(a.watches.cx.monitor(a.from.cx.self(a.from)));
    a.fail();
    CHECK(a.watches.log == "1;2;3;down;");
    CHECK(a.w.loop().bonds().size() == 0);
}

TEST_CASE("news of the end of a linked actor waits likewise, whoever has linked") {
    for (const bool watcher_links : {true, false}) {
        CAPTURE(watcher_links);
        watched_sender a;
        CHECK((watcher_links ? a.watches.cx.link(a.from.cx.self(a.from))
                             : a.from.cx.link(a.watches.cx.self(a.watches))));
        a.fail();
        CHECK(a.watches.log == "1;2;3;linked_down;");
        CHECK(a.w.loop().bonds().size() == 0);
    }
}

TEST_CASE("news that waits is not told to one who lets go of it, or ends") {
    for (const bool ends : {false, true}) {
        CAPTURE(ends);
        watched_sender a;
        const monitor_id watching = *a.watches.cx.monitor(a.from.cx.self(a.from));
        const link_id linked = *a.watches.cx.link(a.from.cx.self(a.from));
        a.watches.on_word = [&] {
            if (a.watches.log != "1;2;3;") {
                return;
            }
            if (ends) {
                a.watches.cx.stop();
            } else {
                a.watches.cx.unmonitor(watching);
                a.watches.cx.unlink(linked);
                a.watches.log += "let go;";
            }
        };
        a.fail();
        CHECK(a.w.loop().statistics().actors.actors_ended == (ends ? 2 : 1));
        CHECK((ends || a.watches.log == "1;2;3;let go;"));
        CHECK(a.w.loop().bonds().size() == 0);
    }
}

} // namespace mailbox_limit_test
