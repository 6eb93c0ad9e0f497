// Lines, length prefixes and frames of known size, cut at every place.

#include "frames.hpp"

#include <iapp/reactor/framing/framers.hpp>
#include <iapp/reactor/framing/make_frame.hpp>

#include <bit>

using namespace iapp;
using namespace iapp::test;

namespace framers_test {

TEST_CASE("lines end with \\n or \\r\\n, wherever the pieces of the stream end") {
    check_every_split("one\r\n\r\n\ntwo\rthree\n\r\r\n\r\n",
                      {"one", "", "", "two\rthree", "\r", ""}, [] { return line_framer{}; });
}

TEST_CASE("a line may be as long as its limit, with either terminator") {
    check_every_split("12345\n12345\r\n1\r345\r\n", {"12345", "12345", "1\r345"},
                      [] { return line_framer{5}; });
}

TEST_CASE("a line without its end is no frame, and is there for who asks for the rest") {
    buffer_pool pool;
    line_framer lines;
    CHECK(frames_of(lines, pool, "whole\nhalf", {7}) == texts{"whole"});
    CHECK(lines.held_bytes() == 4);
    buffer_list rest = lines.take_rest();
    CHECK(contiguous(rest)->text() == "half");
    CHECK(lines.held_bytes() == 0);
}

TEST_CASE("frames of every prefix are read back, wherever the pieces of the stream end") {
    buffer_pool pool;
    for (const std::endian order : {std::endian::big, std::endian::little}) {
        for (const unsigned width : {1U, 2U, 4U, 8U}) {
            const length_prefix prefix{width, order};
            CAPTURE(width);
            std::string bytes;
            for (const std::string_view payload : {"one", "", "three"}) {
                bytes += make_length_frame(pool, prefix, payload)->text();
            }
            CHECK(bytes.size() == 3 * width + 8);
            check_every_split(bytes, {"one", "", "three"}, [&] { return length_framer{prefix}; });
        }
    }
}

TEST_CASE("the byte order of a prefix is as asked for") {
    buffer_pool pool;
    using namespace std::string_view_literals;
    const std::string payload(0x0102, 'x');
    CHECK(make_length_frame(pool, {2, std::endian::big}, payload)->text().substr(0, 2) ==
          "\x01\x02"sv);
    CHECK(make_length_frame(pool, {4, std::endian::little}, payload)->text().substr(0, 4) ==
          "\x02\x01\0\0"sv);
}

TEST_CASE("a list gets its prefix without being copied") {
    buffer_pool pool;
    const buffer payload = pool.copy("payload");
    result<buffer_list> frame = make_length_frame(pool, {1}, buffer_list{payload});
    REQUIRE(frame);
    CHECK(frame->size_bytes() == 8);
    CHECK(frame->take_front().text() == "\x07");
    CHECK(frame->take_front().data() == payload.data());
}

TEST_CASE("frames of known size are cut off, and the size may change between them") {
    check_every_split("aabbcc", {"aa", "bb", "cc"}, [] { return exact_framer{2}; });
    buffer_pool pool;
    exact_framer parts{2};
    parts.feed(pool.copy("05hello03bye"));
    buffer frame;
    for (const std::string_view body : {"hello", "bye"}) {
        REQUIRE(parts.next(frame));
        parts.expect(static_cast<std::size_t>(frame.text()[1] - '0'));
        REQUIRE(parts.next(frame));
        CHECK(frame.text() == body);
        parts.expect(2);
    }
    CHECK_FALSE(parts.next(frame));
}

TEST_CASE("what one framer has not read goes on to the next one") {
    buffer_pool pool;
    line_framer lines;
    lines.feed(pool.copy("BODY 5\nhel"));
    lines.feed(pool.copy("loGET\n"));
    buffer frame;
    REQUIRE(lines.next(frame));
    CHECK(frame.text() == "BODY 5");
    exact_framer body{5};
    body.feed(lines.take_rest());
    REQUIRE(body.next(frame));
    CHECK(frame.text() == "hello");
    lines.feed(body.take_rest());
    REQUIRE(lines.next(frame));
    CHECK(frame.text() == "GET");
    CHECK_FALSE(lines.next(frame));
}

TEST_CASE("lines are written with the terminator that is asked for") {
    buffer_pool pool;
    CHECK(make_line(pool, "one")->text() == "one\n");
    CHECK(make_line(pool, "", "\r\n")->text() == "\r\n");
}

} // namespace framers_test
