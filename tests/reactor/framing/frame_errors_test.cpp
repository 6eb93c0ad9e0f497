// Frames that are too long, and what cannot be written.

#include "frames.hpp"

#include <iapp/reactor/framing/frame_error.hpp>
#include <iapp/reactor/framing/framers.hpp>
#include <iapp/reactor/framing/make_frame.hpp>

using namespace iapp;
using namespace iapp::test;

namespace frame_errors_test {

TEST_CASE("a line beyond its limit is an error, wherever the pieces end, and stays one") {
    buffer_pool pool;
    for (const std::string_view bytes : {"ok\n123456\nok\n", "ok\n12345\rx\nok\n", "ok\n1234567"}) {
        for (std::size_t split = 0; split <= bytes.size(); ++split) {
            CAPTURE(split);
            line_framer lines{5};
            REQUIRE(frames_of(lines, pool, bytes, {split}) == texts{"ok"});
            REQUIRE(lines.error() == frame_error::too_long);
            lines.feed(pool.copy("ok\n"));
            buffer none;
            REQUIRE_FALSE(lines.next(none));
            REQUIRE(lines.error() == frame_error::too_long);
        }
    }
}

TEST_CASE("a framer that gave up begins anew when its rest is taken") {
    buffer_pool pool;
    line_framer lines{2};
    CHECK(frames_of(lines, pool, "toolong\n", {}).empty());
    lines.take_rest();
    CHECK_FALSE(lines.error());
    CHECK(frames_of(lines, pool, "ok\n", {}) == texts{"ok"});
}

TEST_CASE("a length beyond the limit is refused as soon as its prefix is read") {
    buffer_pool pool;
    length_framer frames{{.bytes = 8}, 1000};
    CHECK(frames_of(frames, pool, "\xff\xff\xff\xff\xff\xff\xff", {}).empty());
    CHECK_FALSE(frames.error());
    CHECK(frames_of(frames, pool, "\xff", {}).empty());
    CHECK(frames.error() == frame_error::too_long);
    CHECK(frames.error().category() == frame_category());
    CHECK(frames.error().message() == "the frame is longer than its limit");
}

TEST_CASE("a payload that its prefix cannot tell is refused") {
    buffer_pool pool;
    const std::string just(255, 'x');
    CHECK(make_length_frame(pool, {1}, just));
    CHECK(make_length_frame(pool, {1}, just + "x").error() == frame_error::not_in_prefix);
    buffer_list long_list{pool.copy(just)};
    long_list.push_back(pool.copy("x"));
    CHECK(make_length_frame(pool, {1}, std::move(long_list)).error() == frame_error::not_in_prefix);
    CHECK(make_error_code(frame_error::not_in_prefix).message().find("prefix") !=
          std::string::npos);
}

TEST_CASE("what no buffer can hold is an error and nothing worse") {
    buffer_pool pool;
    const std::string huge(buffer_pool::largest_bytes, 'x');
    CHECK(make_line(pool, huge).error() == std::errc::value_too_large);
    CHECK(make_length_frame(pool, {4}, huge).error() == std::errc::value_too_large);

    length_framer frames{{.bytes = 4}, huge.size() + 1};
    buffer_list payload{pool.copy(huge)};
    payload.push_back(pool.copy("x"));
    frames.feed(std::move(*make_length_frame(pool, {4}, std::move(payload))));
    buffer one;
    CHECK_FALSE(frames.next(one));
    CHECK(frames.error() == std::errc::value_too_large);
    buffer_list several;
    CHECK(frames.next(several));
    CHECK(several.size_bytes() == huge.size() + 1);
}

} // namespace frame_errors_test
