// What frames cost: no copy where none is needed, and bounded memory where pieces are small.

#include "frames.hpp"

#include <iapp/reactor/framing/framers.hpp>
#include <iapp/reactor/framing/make_frame.hpp>

using namespace iapp;
using namespace iapp::test;

namespace frame_memory_test {

namespace {

// A buffer of one byte that keeps a receive buffer of 16 KiB, as a dribbling peer makes them.
buffer dribble(buffer_pool& pool, char byte) {
    buffer b = pool.allocate(16 * 1024);
    b.truncate(1);
    b.writable()[0] = static_cast<std::byte>(byte);
    return b;
}

} // namespace

TEST_CASE("a frame that lies within one buffer is a view of it") {
    buffer_pool pool;
    const buffer came = pool.copy("one\r\ntwo\nthr");
    line_framer lines;
    lines.feed(came);
    buffer frame;
    REQUIRE(lines.next(frame));
    CHECK(frame.data() == came.data());
    REQUIRE(lines.next(frame));
    CHECK(frame.data() == came.data() + 5);
}

TEST_CASE("a frame that came in two buffers is two views of them") {
    buffer_pool pool;
    const std::string half(4'000, 'x');
    const buffer first = pool.copy(half);
    const buffer second = pool.copy(half);
    exact_framer frames{8'000};
    frames.feed(first);
    frames.feed(second);
    buffer_list frame;
    REQUIRE(frames.next(frame));
    CHECK(frame.take_front().data() == first.data());
    CHECK(frame.take_front().data() == second.data());
}

TEST_CASE("a frame that came in several buffers is copied when one is asked for") {
    buffer_pool pool;
    line_framer lines;
    lines.feed(pool.copy("a line in th"));
    lines.feed(pool.copy("ree piec"));
    lines.feed(pool.copy("es\n"));
    buffer frame;
    REQUIRE(lines.next(frame));
    CHECK(frame.text() == "a line in three pieces");
    frame = {};
    CHECK_FALSE(lines.next(frame));
    CHECK(pool.outstanding() == 0);
}

TEST_CASE("a frame that dribbles in does not keep a receive buffer for each byte") {
    buffer_pool pool;
    constexpr std::size_t size = 50'000;
    line_framer lines{size};
    buffer frame;
    for (std::size_t i = 0; i < size; ++i) {
        lines.feed(dribble(pool, 'x'));
        REQUIRE_FALSE(lines.next(frame));
        REQUIRE(pool.outstanding() <= 12);
    }
    CHECK(pool.mapped_bytes() < 3'000'000); // an arena for each size of chunk
    lines.feed(dribble(pool, '\n'));
    REQUIRE(lines.next(frame));
    CHECK(frame.size() == size);
}

TEST_CASE("a frame that no buffer can be had for waits until there is one") {
    buffer_pool pool{{.limit_bytes = 600 * 1024}};
    const std::string half(40'000, 'x');
    exact_framer frames{80'000};
    frames.feed(pool.copy(half));
    frames.feed(pool.copy(half));
    buffer_list hoard;
    for (buffer b = pool.allocate(80'000); b; b = pool.allocate(80'000)) {
        hoard.push_back(std::move(b));
    }
    buffer frame;
    for (int i = 0; i < 2; ++i) {
        CHECK_FALSE(frames.next(frame));
        CHECK(frames.error() == std::errc::not_enough_memory);
    }
    hoard.clear();
    REQUIRE(frames.next(frame));
    CHECK_FALSE(frames.error());
    CHECK((frame.text() == half + half));
}

TEST_CASE("a pool at its limit gives no frames to be written") {
    buffer_pool pool{{.limit_bytes = 1}};
    CHECK(make_line(pool, "x").error() == std::errc::not_enough_memory);
    CHECK(make_length_frame(pool, {4}, "x").error() == std::errc::not_enough_memory);
    CHECK(make_length_frame(pool, {4}, buffer_list{}).error() == std::errc::not_enough_memory);
}

} // namespace frame_memory_test
