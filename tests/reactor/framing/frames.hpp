#pragma once
// Bytes in pieces, and the frames that a framer makes of them.

#include <iapp/reactor/buffer_pool.hpp>
#include <iapp/reactor/framing/contiguous.hpp>
#include <iapp/reactor/framing/framer.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace iapp::test {

using texts = std::vector<std::string>;

// All frames that are complete.
inline void take_frames(framer& from, texts& into) {
    for (buffer_list frame; from.next(frame);) {
        const result<buffer> whole = contiguous(frame);
        REQUIRE(whole);
        into.emplace_back(whole->text());
    }
}

// The frames of some bytes, fed in pieces that end at these positions and at the end.
inline texts frames_of(framer& by, buffer_pool& pool, std::string_view bytes,
                       const std::vector<std::size_t>& ends) {
    texts frames;
    std::size_t begin = 0;
    const auto feed_until = [&](std::size_t end) {
        if (end > begin) {
            by.feed(pool.copy(bytes.substr(begin, end - begin)));
            take_frames(by, frames);
            begin = end;
        }
    };
    for (const std::size_t end : ends) {
        feed_until(end);
    }
    feed_until(bytes.size());
    return frames;
}

// Cuts the bytes into three pieces in every way and into single bytes; each time a new framer must
// find these frames, and hold nothing at the end.
template <class MakeFramer>
void check_every_split(std::string_view bytes, const texts& expected, MakeFramer make) {
    buffer_pool pool;
    std::vector<std::size_t> single;
    for (std::size_t first = 0; first <= bytes.size(); ++first) {
        single.push_back(first);
        for (std::size_t second = first; second <= bytes.size(); ++second) {
            auto by = make();
            CAPTURE(first);
            CAPTURE(second);
            REQUIRE(frames_of(by, pool, bytes, {first, second}) == expected);
            REQUIRE_FALSE(by.error());
            REQUIRE(by.held_bytes() == 0);
        }
    }
    auto by = make();
    CHECK(frames_of(by, pool, bytes, single) == expected);
}

} // namespace iapp::test
