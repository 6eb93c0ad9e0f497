// Watches against the obvious model, on every engine: what is asked for and so is reported again
// and again, anything else never.

#include "support/random.hpp"
#include "support/reactor_fixture.hpp"
#include "support/sockets.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <vector>

using namespace iapp;
using namespace iapp::test;

namespace watch_model_test {

namespace {

constexpr unsigned watched_sockets = 8;
constexpr unsigned stages = 60;

// A socket that is always writable. One watch after the other sees to it.
struct watched_socket {
    bool reads() const { return watching && asks.read && (unread > 0 || hung_up); }

    bool writes() const { return watching && asks.write; }

    void note() {
        readable = w->readable;
        writable = w->writable;
    }

    fd_pair ends;
    std::unique_ptr<watcher> w;
    std::size_t unread = 0;
    bool hung_up = false;
    interest asks;
    bool watching = false;
    bool closed = false; // by close(), which is told
    int readable = 0;    // reports when last noted
    int writable = 0;
};

class world {
  public:
    explicit world(std::uint64_t seed) : random_{seed}, sockets_(watched_sockets) {
        for (watched_socket& s : sockets_) {
            connect(s);
            watch(s);
        }
    }

    void live() {
        for (unsigned stage = 0; stage < stages; ++stage) {
            CAPTURE(stage);
            for (std::uint64_t acts = random_.below(20); acts > 0; --acts) {
                act(sockets_[random_.below(watched_sockets)]);
                f_.turn(static_cast<unsigned>(random_.below(3)));
            }
            compare();
            for (watched_socket& s : sockets_) {
                renew(s);
            }
        }
    }

  private:
    void connect(watched_socket& s) {
        s.ends = random_.one_in(2) ? unix_pair() : tcp_pair();
        s.unread = 0;
        s.hung_up = false;
    }

    void watch(watched_socket& s) {
        s.w = std::make_unique<watcher>();
        s.asks = any_interest();
        s.w->watch_fd(f_.io(), s.ends.near.get(), s.asks);
        s.watching = true;
        s.closed = false;
    }

    interest any_interest() { return {.read = random_.one_in(2), .write = random_.one_in(4)}; }

    void act(watched_socket& s) {
        const std::uint64_t what = random_.below(20);
        if (what == 0) {
            end(s);
        } else if (what == 1) {
            s.ends.far.reset();
            s.hung_up = true;
        } else if (what < 8) {
            s.asks = any_interest();
            s.w->w.set(s.asks);
        } else if (what < 14) {
            take(s, random_.below(s.unread + 1));
        } else if (!s.hung_up) {
            const std::size_t more = 1 + random_.below(3);
            send_bytes(s.ends.far, more);
            s.unread += more;
        }
    }

    // At most so many: of a TCP socket's some may be on their way.
    static void take(watched_socket& s, std::size_t count) {
        char bytes[1'000];
        REQUIRE(count <= sizeof bytes);
        if (count > 0) {
            const ssize_t got = ::recv(s.ends.near.get(), bytes, count, 0);
            s.unread -= got < 0 ? 0 : static_cast<std::size_t>(got);
        }
    }

    void end(watched_socket& s) {
        if (!s.watching) {
            return;
        }
        s.closed = random_.one_in(2);
        if (s.closed) {
            s.w->w.close();
        } else {
            s.w->w = iapp::watch{};
        }
        s.watching = false;
        s.note();
    }

    void compare();
    void renew(watched_socket& s);

    random_source random_;
    reactor_fixture f_;
    std::vector<watched_socket> sockets_;
};

void world::compare() {
    std::size_t open = 0;
    for (watched_socket& s : sockets_) {
        if (s.watching) {
            s.note();
            ++open;
        }
    }
    f_.run_until("all reports and ends", [&] {
        return f_.io().open_sockets() == open &&
               std::all_of(sockets_.begin(), sockets_.end(), [](const watched_socket& s) {
                   return (!s.reads() || s.w->readable > s.readable) &&
                          (!s.writes() || s.w->writable > s.writable);
               });
    });
    f_.turn(4); // what was in flight
    for (watched_socket& s : sockets_) {
        if (s.watching) {
            s.note();
        }
    }
    f_.turn(4);
    for (const watched_socket& s : sockets_) {
        CHECK((s.reads() || s.w->readable == s.readable));
        CHECK((s.writes() || s.w->writable == s.writable));
        CHECK(s.w->closed == int{s.closed});
        CHECK(!s.w->why);
    }
}

// The watch that ended may have a successor, on the same socket or on a new one.
void world::renew(watched_socket& s) {
    if (!s.watching && random_.one_in(2)) {
        if (random_.one_in(2)) {
            connect(s);
        }
        watch(s);
    }
}

} // namespace

TEST_CASE("a watch reports what is asked for and so, again and again, and nothing else") {
    INFO("IAPP_TEST_SEED=" << seed());
    for (std::uint64_t round = 0; round < 5; ++round) {
        CAPTURE(round);
        world{seed() * 1'000 + round}.live();
    }
}

} // namespace watch_model_test
