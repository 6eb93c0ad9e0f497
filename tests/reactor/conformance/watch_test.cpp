// Watching descriptors of others, on every engine.

#include "support/reactor_fixture.hpp"
#include "support/sockets.hpp"

#include <doctest/doctest.h>

using namespace iapp;
using namespace iapp::test;

namespace watch_test {

namespace {

struct pipe_ends {
    unique_fd read;
    unique_fd write;
};

pipe_ends make_pipe() {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    make_non_blocking(ends[0]);
    make_non_blocking(ends[1]);
    return {unique_fd{ends[0]}, unique_fd{ends[1]}};
}

void put(const unique_fd& to, std::size_t count) {
    const std::string text(count, 'x');
    REQUIRE(::write(to.get(), text.data(), count) == static_cast<ssize_t>(count));
}

void take(const unique_fd& from, std::size_t count) {
    std::string text(count, '\0');
    REQUIRE(::read(from.get(), text.data(), count) == static_cast<ssize_t>(count));
}

} // namespace

TEST_CASE("a watch reports for as long as there is something to read") {
    reactor_fixture f;
    const pipe_ends pipe = make_pipe();
    watcher w;
    w.watch_fd(f.io(), pipe.read.get(), {.read = true});
    f.settle();
    CHECK(w.reports == 0);
    put(pipe.write, 2);
    f.run_until("a report", [&] { return w.readable >= 1; });
    f.run_until("more reports, for nothing was read", [&] { return w.readable >= 5; });
    take(pipe.read, 1);
    const int before = w.readable;
    f.run_until("a report of the rest", [&] { return w.readable > before; });
    take(pipe.read, 1);
    f.settle();
    const int drained = w.readable;
    f.settle();
    CHECK(w.readable == drained);
    CHECK(w.writable == 0);
    put(pipe.write, 1);
    f.run_until("a report of the next", [&] { return w.readable > drained; });
}

TEST_CASE("a watch that asks for nothing reports nothing, until it asks again") {
    reactor_fixture f;
    const pipe_ends pipe = make_pipe();
    watcher w;
    w.watch_fd(f.io(), pipe.read.get(), {.read = true});
    put(pipe.write, 1);
    f.run_until("a report", [&] { return w.readable == 1; });
    w.w.set({});
    f.settle();
    CHECK(w.reports == 1);
    const std::uint64_t before = f.io().system_calls();
    f.turn(20);
    CHECK(f.io().system_calls() - before <= 20);
    w.w.set({.read = true});
    f.run_until("a report", [&] { return w.readable == 2; });
    w.on_ready = [](watcher& me) { me.w.set({}); };
    f.run_until("the last report", [&] { return w.readable == 3; });
    f.settle();
    CHECK(w.reports == 3);
}

TEST_CASE("a watch reports reading and writing as asked") {
    reactor_fixture f;
    const fd_pair sockets = unix_pair();
    watcher w;
    w.watch_fd(f.io(), sockets.near.get(), {.read = true, .write = true});
    f.run_until("room to write", [&] { return w.writable >= 1; });
    CHECK(w.readable == 0);
    w.w.set({.read = true});
    f.settle();
    const int before = w.writable;
    send_bytes(sockets.far, 1);
    f.run_until("something to read", [&] { return w.readable >= 1; });
    CHECK(w.writable == before);
    w.w.set({.write = true});
    f.settle();
    const int seen = w.readable;
    f.run_until("room to write", [&] { return w.writable > before; });
    CHECK(w.readable == seen);
}

TEST_CASE("a watch that was silenced in the same batch reports nothing") {
    reactor_fixture f;
    const pipe_ends pipes[2] = {make_pipe(), make_pipe()};
    watcher watchers[2];
    for (int i : {0, 1}) {
        watchers[i].watch_fd(f.io(), pipes[i].read.get(), {.read = true});
        watchers[i].on_ready = [&watchers, i](watcher&) { watchers[1 - i].w.set({}); };
    }
    f.settle();
    put(pipes[0].write, 1);
    put(pipes[1].write, 1);
    f.run_until("a report", [&] { return watchers[0].reports + watchers[1].reports > 0; });
    f.settle();
    CHECK((watchers[0].reports == 0) != (watchers[1].reports == 0));
}

TEST_CASE("a hang-up is a report") {
    reactor_fixture f;
    pipe_ends pipe = make_pipe();
    watcher reader;
    reader.watch_fd(f.io(), pipe.read.get(), {.read = true});
    f.turn(2);
    pipe.write.reset();
    f.run_until("a report", [&] { return reader.readable >= 1; });
    CHECK(reader.closed == 0);
    reader.w.set({}); // and asking for nothing silences it
    f.settle();
    const int before = reader.reports;
    const std::uint64_t calls = f.io().system_calls();
    f.turn(20);
    CHECK(reader.reports == before);
    CHECK(f.io().system_calls() - calls <= 20);
}

TEST_CASE("ending a watch leaves the descriptor open, and it can be watched again") {
    reactor_fixture f;
    const pipe_ends pipe = make_pipe();
    put(pipe.write, 1);
    for (int round = 0; round < 3; ++round) {
        watcher w;
        w.watch_fd(f.io(), pipe.read.get(), {.read = true});
        f.run_until("a report", [&] { return w.readable >= 1; });
        if (round == 0) {
            w.w.close();
            f.run_until("its end", [&] { return w.closed == 1; });
            CHECK_FALSE(w.why);
        } else {
            w.w = watch{};
            f.run_until("its end", [&] { return f.io().open_sockets() == 0; });
            CHECK(w.closed == 0);
        }
    }
    take(pipe.read, 1); // still open
}

TEST_CASE("a watch may be ended from within its report") {
    for (const bool destroyed : {false, true}) {
        reactor_fixture f;
        const pipe_ends pipe = make_pipe();
        watcher w;
        w.watch_fd(f.io(), pipe.read.get(), {.read = true});
        w.on_ready = [=](watcher& me) {
            me.w.close();
            if (destroyed) {
                me.w = watch{};
            }
        };
        put(pipe.write, 1);
        f.run_until("its end", [&] { return f.io().open_sockets() == 0; });
        CHECK(w.reports == 1);
        CHECK(w.closed == (destroyed ? 0 : 1));
    }
}

TEST_CASE("what cannot be watched ends with the system's reason, else it is always ready") {
    reactor_fixture f;
    const unique_fd file{::open("/etc/passwd", O_RDONLY | O_CLOEXEC)};
    REQUIRE(file.get() >= 0);
    watcher w;
    w.watch_fd(f.io(), file.get(), {.read = true});
    f.run_until("a report or the end", [&] { return w.readable > 0 || w.closed > 0; });
    if (f.io().engine_name() == "epoll") {
        CHECK(w.closed == 1);
        CHECK(w.why == std::errc::operation_not_permitted);
    }
    char byte;
    CHECK(::read(file.get(), &byte, 1) == 1); // given back, not closed
}

} // namespace watch_test
