#pragma once
// What an owner may do to a stream, at random.

#include "support/endpoint.hpp"

#include <string>
#include <utility>

namespace iapp::test {

// An endpoint that remembers what it wrote.
struct writing_endpoint {
    endpoint e;
    std::string written;
    bool ended = false; // by its owner
    bool cut = false;   // the same while something was not sent yet
};

// One act; `random` has a below(n). The peer's text grows with what is written, at most so many
// bytes.
template <class Random>
void act_at_random(reactor& io, Random& random, writing_endpoint& s,
                   std::size_t text_max_bytes = 60'000) {
    const std::uint64_t what = random.below(16);
    s.ended = s.ended || (what < 3 && s.e.s.open());
    s.cut = s.cut || (what < 3 && s.e.s.unsent_bytes() > 0);
    switch (what) {
    case 0:
        s.e.s.close();
        break;
    case 1:
        s.e.s.abort();
        break;
    case 2:
        s.e.s = stream{};
        break;
    case 3:
        s.e.s.shutdown_write();
        break;
    case 4:
    case 5:
        s.e.s.pause();
        break;
    case 6:
    case 7:
    case 8:
        s.e.s.resume();
        break;
    default: {
        const std::uint64_t begins = random.below(1'000);
        const std::string text = pattern(1 + random.below(text_max_bytes), begins);
        if (s.e.write(io, text) != write_status::refused) {
            s.written += text;
        }
    }
    }
}

} // namespace iapp::test
