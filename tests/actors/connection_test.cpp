// Sockets in actors.

#include "support/actors.hpp"
#include "support/sockets.hpp"

#include <doctest/doctest.h>

#include <memory>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace connection_test {

namespace {

struct where {
    using reply = address;
};

struct end_all {};

// What the actors of a test have seen.
struct tally {
    std::atomic<int> accepted{0};
    std::atomic<int> connected{0};
    std::atomic<int> closed{0};
    std::atomic<int> ended{0};
    std::atomic<int> reports{0};
    std::atomic<std::size_t> bytes{0};
};

// One accepted connection: sends back what comes, and ends with it. A "!" makes it throw.
class echo {
  public:
    using accepts = messages<bytes, drained, input_ended, closed>;

    echo(context& cx, stream s, tally* seen) : cx_{cx}, s_{std::move(s)}, seen_{seen} {
        cx_.start(s_);
    }

    echo(echo&&) = delete;

    void on(bytes&& what) {
        if (what.data.text().find('!') != std::string_view::npos) {
            throw std::runtime_error("asked to fail");
        }
        if (s_.write(std::move(what.data)) == write_status::full) {
            s_.pause();
        }
    }

    void on(drained) { s_.resume(); }

    void on(input_ended) {
        ++seen_->ended;
        s_.close();
    }

    void on(const closed&) {
        ++seen_->closed;
        cx_.stop();
    }

  private:
    context& cx_;
    stream s_;
    tally* seen_;
};

// Throws with the connection in its hands.
class ungrateful {
  public:
    using accepts = messages<bytes>;

    ungrateful(context& cx, stream s) : s_{std::move(s)} {
        cx.start(s_);
        throw std::runtime_error("not this one");
    }

    void on(bytes&&) {}

  private:
    stream s_;
};

enum class welcome { echo, drop, keep, fail };

// Listens, and does with connections what it was told to.
class door_keeper {
  public:
    using accepts = messages<accepted, where, end_all>;

    door_keeper(context& cx, tally* seen, welcome how) : cx_{cx}, seen_{seen}, how_{how} {
        result<listener> made = cx.listen(*address::parse("127.0.0.1:0"));
        if (!made) {
            throw std::system_error(made.error());
        }
        door_ = std::move(*made);
    }

    void on(accepted&& what) {
        ++seen_->accepted;
        if (how_ == welcome::echo) {
            cx_.spawn<echo>(std::move(what.connection), seen_);
        } else if (how_ == welcome::keep) {
            kept_.push_back(std::move(what.connection));
        } else if (how_ == welcome::fail) {
            cx_.spawn<ungrateful>(std::move(what.connection));
        }
    }

    address on(where) { return *door_.local_address(); }

    void on(end_all) { kept_.clear(); }

  private:
    context& cx_;
    tally* seen_;
    welcome how_;
    listener door_;
    std::vector<stream> kept_;
};

struct say {
    std::string text;
};

// Connects, says what it is told, and counts what comes back.
class caller {
  public:
    using accepts = messages<connected, bytes, input_ended, closed, say, end_all>;

    caller(context& cx, address to, tally* seen) : cx_{cx}, seen_{seen} {
        result<stream> made = cx.connect(to);
        if (!made) {
            throw std::system_error(made.error());
        }
        s_ = std::move(*made);
        cx_.start(s_);
    }

    void on(connected) { ++seen_->connected; }

    void on(bytes&& what) { seen_->bytes += what.size; }

    void on(input_ended) { ++seen_->ended; }

    void on(const closed&) { ++seen_->closed; }

    void on(say what) { s_.write(cx_.buffers().copy(what.text)); }

    void on(end_all) {
        s_.close();
        cx_.stop(); // at once: `closed` must not find anybody
    }

  private:
    context& cx_;
    tally* seen_;
    stream s_;
};

class watchman {
  public:
    using accepts = messages<watched, end_all>;

    watchman(context& cx, int fd, tally* seen) : seen_{seen} {
        result<watch> made = cx.watch_descriptor(fd, {.read = true});
        if (made) {
            watch_ = std::move(*made);
        }
    }

    void on(watched what) {
        ++seen_->reports;
        CHECK(what.readable);
        watch_.set({});
    }

    void on(end_all) { watch_.set({.read = true}); }

  private:
    tally* seen_;
    watch watch_;
};

// Holds a stream that another actor started, and ends it when told.
class thief {
  public:
    using accepts = messages<end_all>;

    explicit thief(std::shared_ptr<stream> loot) : loot_{std::move(loot)} {}

    void on(end_all) { loot_->abort(); }

  private:
    std::shared_ptr<stream> loot_;
};

struct recruit {};

// Starts a stream of its own and hands the handle to a thief on its worker.
class victim {
  public:
    using accepts = messages<connected, bytes, closed, recruit>;

    victim(context& cx, address to, tally* seen)
        : cx_{cx}, seen_{seen}, s_{std::make_shared<stream>(std::move(*cx.connect(to)))} {
        cx_.start(*s_);
    }

    void on(connected) { ++seen_->connected; }

    void on(bytes&&) {}

    void on(const closed& what) {
        CHECK(what.from == s_->id());
        ++seen_->closed;
    }

    void on(recruit) { cx_.spawn<thief>(s_).send(end_all{}); }

  private:
    context& cx_;
    tally* seen_;
    std::shared_ptr<stream> s_;
};

} // namespace

TEST_CASE("connection actors on two workers echo, and end with their connections") {
    tally server;
    tally client;
    checked_system sys{{.workers = 2}};
    const auto keeper = sys->spawn<door_keeper>({.on = {0}}, &server, welcome::echo);
    const address at = sys.ask<where>(keeper);
    std::vector<ref_to<caller>> callers;
    for (int i = 0; i < 10; ++i) {
        callers.push_back(sys->spawn<caller>({.on = {1}}, at, &client));
        callers.back().send(say{std::string(1000, 'x')}); // waits for the connect
    }
    CHECK(eventually([&] { return client.bytes == 10'000; }));
    CHECK(client.connected == 10);
    for (const auto& c : callers) {
        c.send(end_all{});
    }
    CHECK(eventually([&] { return server.closed == 10; }));
    const worker_statistics last = sys.stop();
    CHECK(client.closed == 0); // they had stopped
    CHECK(last.io.accepted == 10);
    CHECK(last.io.bytes_in == 20'000);
    CHECK(last.io.bytes_out == 20'000);
    CHECK(last.actors.actors_ended == 21);
}

TEST_CASE("an actor that fails takes its streams with it, and no other") {
    tally server;
    tally client;
    checked_system sys;
    const auto keeper = sys->spawn<door_keeper>({}, &server, welcome::echo);
    const address at = sys.ask<where>(keeper);
    const auto bad = sys->spawn<caller>({}, at, &client);
    const auto good = sys->spawn<caller>({}, at, &client);
    bad.send(say{"!"});
    CHECK(eventually([&] { return client.ended + client.closed == 1; }));
    good.send(say{"hello"});
    CHECK(eventually([&] { return client.bytes == 5; }));
    CHECK(sys.stop().actors.actors_failed == 1);
}

TEST_CASE("an accepted connection that is let go is closed") {
    tally server;
    tally client;
    checked_system sys;
    const auto keeper = sys->spawn<door_keeper>({}, &server, welcome::drop);
    sys->spawn<caller>({}, sys.ask<where>(keeper), &client);
    CHECK(eventually([&] { return client.ended == 1; }));
    CHECK(server.accepted == 1);
}

TEST_CASE("a constructor that throws with a connection in its hands closes it") {
    tally server;
    tally client;
    checked_system sys;
    const auto keeper = sys->spawn<door_keeper>({}, &server, welcome::fail);
    sys->spawn<caller>({}, sys.ask<where>(keeper), &client);
    CHECK(eventually([&] { return client.ended == 1; }));
    CHECK(sys.stop().actors.actors_failed == 1);
}

TEST_CASE("connections that an actor kept unstarted are closed when it lets them go") {
    tally server;
    tally client;
    checked_system sys;
    const auto keeper = sys->spawn<door_keeper>({}, &server, welcome::keep);
    sys->spawn<caller>({}, sys.ask<where>(keeper), &client);
    CHECK(eventually([&] { return server.accepted == 1 && client.connected == 1; }));
    keeper.send(end_all{});
    CHECK(eventually([&] { return client.ended == 1; }));
}

TEST_CASE("a stream can be ended by another actor, and its owner hears of it") {
    tally server;
    tally client;
    checked_system sys;
    const auto keeper = sys->spawn<door_keeper>({}, &server, welcome::echo);
    const auto v = sys->spawn<victim>({}, sys.ask<where>(keeper), &client);
    CHECK(eventually([&] { return client.connected == 1; }));
    v.send(recruit{});
    CHECK(eventually([&] { return client.closed == 1; }));
}

TEST_CASE("a watch reports to its actor") {
    tally seen;
    const fd_pair pair = unix_pair();
    checked_system sys;
    const auto w = sys->spawn<watchman>({}, pair.near.get(), &seen);
    send_bytes(pair.far, 3);
    CHECK(eventually([&] { return seen.reports == 1; }));
    w.send(end_all{}); // asks again: the bytes are still there
    CHECK(eventually([&] { return seen.reports == 2; }));
    sys.stop();
    CHECK(drain(pair.near).count == 3);
}

TEST_CASE("a refused connect reaches the actor as closed") {
    tally seen;
    tally server;
    checked_system sys;
    address gone;
    {
        checked_system other;
        gone = other.ask<where>(other->spawn<door_keeper>({}, &server, welcome::drop));
    }
    sys->spawn<caller>({}, gone, &seen);
    CHECK(eventually([&] { return seen.closed == 1; }));
    CHECK(seen.connected == 0);
}

TEST_CASE("a system stops with connections in every state") {
    for (int round = 0; round < 10; ++round) {
        tally server;
        tally client;
        checked_system sys{{.workers = 2}};
        const auto keeper = sys->spawn<door_keeper>({}, &server, welcome::echo);
        const auto hoarder = sys->spawn<door_keeper>({.on = {1}}, &server, welcome::keep);
        const address at = sys.ask<where>(keeper);
        const address deaf = sys.ask<where>(hoarder);
        for (unsigned i = 0; i < 6; ++i) {
            const auto c = sys->spawn<caller>({.on = {i % 2}}, i < 3 ? at : deaf, &client);
            c.send(say{std::string(200'000, 'x')});
        }
        sys.stop(); // connecting, sending, receiving, accepting
    }
}

TEST_CASE("a stop that was given no time at all is finished by the next one") {
    tally server;
    tally client;
    checked_system sys{{.workers = 2}};
    const auto keeper = sys->spawn<door_keeper>({}, &server, welcome::keep);
    const address at = sys.ask<where>(keeper);
    for (unsigned i = 0; i < 6; ++i) {
        sys->spawn<caller>({.on = {i % 2}}, at, &client);
    }
    const result<void> hasty = sys->stop(0s);
    CHECK((hasty || hasty.error() == std::errc::timed_out));
    sys.stop();
}

} // namespace connection_test
