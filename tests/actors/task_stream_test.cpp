// Streams in tasks.

#include "support/task_streams.hpp"

#include "support/endpoint.hpp"
#include "support/reactor_fixture.hpp"

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace task_stream_test {

namespace {

std::string text_of(const buffer& b) {
    return std::string{b.text()};
}

task<> sends(both_ends& me, std::string what) {
    co_await write(me.client, me.copy(what));
}

task<> sends_and_shuts(both_ends& me, std::string what) {
    co_await write(me.client, me.copy(what));
    co_await shutdown(me.client);
}

task<> reads_to_the_end(both_ends& me) {
    std::string all;
    while (true) {
        const buffer next = co_await read(me.server);
        if (next.empty()) {
            break;
        }
        all += next.text();
    }
    me.note(all);
}

task<> reads_once(both_ends& me, read_options options) {
    const result<buffer> got = co_await read(me.server, options).as_result();
    got ? me.note(text_of(*got)) : me.note(got.error());
}

task<> reads_three_exactly(both_ends& me, std::size_t a, std::size_t b, std::size_t c) {
    for (const std::size_t count : {a, b, c}) {
        const result<buffer> got = co_await read_exactly(me.server, count).as_result();
        got ? me.note(text_of(*got)) : me.note(got.error());
    }
}

task<> sends_in_pieces(both_ends& me) {
    for (const char* piece : {"ab", "cd", "efgh"}) {
        co_await write(me.client, me.copy(piece));
        co_await me.cx.sleep(1s); // so that each arrives by itself
    }
    co_await shutdown(me.client);
}

task<> connects(both_ends& me, address to) {
    const result<stream> made = co_await tcp::connect(me.cx, to, 3s).as_result();
    made ? me.note("connected") : me.note(made.error());
    try {
        co_await tcp::connect(me.cx, to, 3s);
    } catch (const std::system_error& e) {
        me.note(e.code());
    }
}

// Writes so many bytes, a list of pieces at a time.
task<> floods(both_ends& me, std::size_t bytes) {
    const std::string all = pattern(bytes);
    for (std::size_t sent = 0; sent < bytes; sent += 64 * 1024) {
        co_await write(me.client, sliced(me.cx.buffers(),
                                         std::string_view{all}.substr(sent, 64 * 1024), 10'000));
    }
    me.note("written");
    co_await shutdown(me.client);
}

task<> writes_once(both_ends& me, duration deadline) {
    const result<void> done =
        co_await write(me.client, me.copy("more than there is room for"), deadline).as_result();
    done ? me.note("written") : me.note(done.error());
}

task<> closes(both_ends& me) {
    const result<void> closed = co_await close(me.client).as_result();
    closed ? me.note("closed") : me.note(closed.error());
    CHECK_FALSE(me.client.open());
    const result<void> again = co_await close(me.client).as_result();
    again ? me.note("closed") : me.note(again.error());
}

task<> uses_an_empty_stream(both_ends& me) {
    stream none;
    me.note((co_await read(none).as_result()).error());
    me.note((co_await write(none, me.copy("x")).as_result()).error());
    me.note((co_await shutdown(none).as_result()).error());
    me.note((co_await close(none).as_result()).error());
}

task<> keeps_what_it_connects(both_ends& me, address to) {
    stream mine = co_await tcp::connect(me.cx, to, 3s);
    me.note("connected");
    co_await read(mine);
}

} // namespace

TEST_CASE("what one task writes another one reads, to the end of input") {
    connected_worker world;
    world.actor.run(&reads_to_the_end);
    world.actor.run(&sends_and_shuts, "a text from one end to the other");
    CHECK(world.seen(1) == journal{"a text from one end to the other"});
}

TEST_CASE("tasks connect over Unix sockets as well") {
    socket_path path;
    connected_worker world{path.at()};
    world.actor.run(&sends, "hello");
    world.actor.run(&reads_once, read_options{});
    CHECK(world.seen(1) == journal{"hello"});
}

TEST_CASE("a refused connect throws, or gives its error as a value") {
    reactor_fixture other;
    acceptor gone;
    gone.listen(other.io(), reactor_fixture::loopback());
    const address nobody = gone.at();
    gone.l.close();
    other.run_until("it is closed", [&] { return gone.closed == 1; });
    connected_worker world;
    world.actor.run(&connects, nobody);
    CHECK(world.seen(2) == journal{"refused", "refused"});
}

TEST_CASE("a read takes as many bytes as it wants and leaves the rest") {
    connected_worker world;
    world.actor.run(&sends, "abcdef");
    for (int i = 0; i < 3; ++i) {
        world.actor.run(&reads_once, read_options{.bytes_most = 2});
        world.seen(static_cast<std::size_t>(i) + 1);
    }
    CHECK(world.actor.seen == journal{"ab", "cd", "ef"});
}

TEST_CASE("a read whose deadline passes loses nothing") {
    connected_worker world;
    world.actor.run(&reads_once, read_options{.deadline = 2s});
    world.worker.turn(3);
    world.worker.pass(2s);
    CHECK(world.actor.seen == journal{"timed out"});
    world.actor.run(&sends, "late");
    world.actor.run(&reads_once, read_options{.deadline = 2s});
    CHECK(world.seen(2).back() == "late");
    CHECK(world.worker.loop().io().timers().armed() == 0);
}

TEST_CASE("read_exactly() waits for all of its bytes, also when they come in pieces") {
    connected_worker world;
    world.actor.run(&reads_three_exactly, 3U, 3U, 5U);
    world.actor.run(&sends_in_pieces);
    for (int i = 0; i < 4; ++i) {
        world.settle();
        world.worker.pass(1s);
    }
    CHECK(world.seen(3) == journal{"abc", "def", "aborted"});
}

TEST_CASE("a writer waits for room, and a reader that does not read stops it") {
    constexpr std::size_t bytes = 12 << 20; // more than both kernels' buffers hold
    connected_worker world;
    world.actor.run(&floods, bytes);
    world.actor.run(&reads_once, read_options{.bytes_most = 1});
    world.seen(1);
    world.settle();
    CHECK(world.actor.seen.size() == 1);
    CHECK(world.actor.client.unsent_bytes() <= receive_options{}.write_limit_bytes + 64 * 1024);
    CHECK(world.worker.loop().io().buffers().outstanding() < 100);
    world.actor.seen.clear();
    world.actor.run(&reads_to_the_end);
    world.seen(2);
    CHECK(world.actor.seen[0] == "written");
    CHECK(world.actor.seen[1] == pattern(bytes).substr(1));
}

TEST_CASE("a write whose deadline passes fails") {
    connected_worker world;
    stream& to = world.actor.client;
    while (to.unsent_bytes() < receive_options{}.write_limit_bytes) { // until the kernels are full
        to.write(sliced(world.actor.cx.buffers(), pattern(1 << 20), 9'000));
        world.come_to_rest();
    }
    world.actor.run(&writes_once, duration{2s});
    world.worker.turn(3);
    CHECK(world.actor.seen.empty());
    world.worker.pass(2s);
    CHECK(world.actor.seen == journal{"timed out"});
}

TEST_CASE("a write after a half-close fails") {
    connected_worker world;
    world.actor.client.shutdown_write();
    world.actor.run(&writes_once, duration{1s});
    CHECK(world.seen(1) == journal{"broken pipe"});
}

TEST_CASE("close() goes on when the stream has closed") {
    connected_worker world;
    world.actor.run(&closes);
    CHECK(world.seen(2) == journal{"closed", "closed"});
}

TEST_CASE("operations on an empty stream fail") {
    connected_worker world;
    world.actor.run(&uses_an_empty_stream);
    CHECK(world.seen(4) ==
          journal{"not connected", "not connected", "not connected", "not connected"});
}

TEST_CASE("a reset reaches the reader after the bytes before it") {
    connected_worker world;
    world.actor.run(&sends, "last words");
    world.actor.run(&reads_once, read_options{.bytes_most = 4});
    world.seen(1);
    world.actor.client.abort();
    world.settle();
    for (std::size_t i = 0; i < 3; ++i) {
        world.actor.run(&reads_once, read_options{});
        world.seen(i + 2);
    }
    CHECK(world.actor.seen == journal{"last", " words", "reset", "reset"});
}

TEST_CASE("who reads a stream that is destroyed hears of it") {
    connected_worker world;
    world.actor.run(&reads_once, read_options{});
    world.worker.turn(3);
    world.actor.server = stream{};
    CHECK(world.actor.seen.empty());
    world.worker.turn();
    CHECK(world.actor.seen == journal{"cancelled"});
}

TEST_CASE("a stream may move while a task reads it") {
    connected_worker world;
    world.actor.run(&reads_once, read_options{});
    world.worker.turn(3);
    const stream elsewhere = std::move(world.actor.server);
    world.actor.run(&sends, "found you");
    CHECK(world.seen(1) == journal{"found you"});
}

TEST_CASE("a task that ends while its stream connects or reads leaves nothing behind") {
    connected_worker world;
    address at = *world.actor.client.peer_address();
    world.actor.run(&keeps_what_it_connects, at);
    world.actor.run(&reads_once, read_options{});
    world.worker.turn(2);
    SUBCASE("reading") {
        world.seen(1);
    }
    SUBCASE("connecting") {}
    world.actor.self().send(quit{});
    world.worker.turn(3);
    CHECK(world.worker.loop().io().records() == 0);
}

} // namespace task_stream_test
