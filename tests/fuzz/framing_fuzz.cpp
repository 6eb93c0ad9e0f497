// Framing: however the bytes of a stream come in pieces, the frames are those that a simple reading
// of all bytes at once finds.

#include "fuzz/fuzz_input.hpp"

#include <iapp/mailbox/check.hpp>
#include <iapp/reactor/buffer_pool.hpp>
#include <iapp/reactor/framing/contiguous.hpp>
#include <iapp/reactor/framing/frame_error.hpp>
#include <iapp/reactor/framing/framers.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace iapp;
using iapp::test::fuzz_input;

namespace {

// What a framing makes of the whole stream.
struct reading {
    std::vector<std::string> frames;
    bool too_long = false;
};

reading read_lines(std::string_view stream, std::size_t longest) {
    reading all;
    while (!all.too_long) {
        const std::size_t end = stream.find('\n');
        std::string_view line = stream.substr(0, end);
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        all.too_long = line.size() > longest;
        if (end == std::string_view::npos) {
            break;
        }
        if (!all.too_long) {
            all.frames.emplace_back(line);
        }
        stream.remove_prefix(end + 1);
    }
    return all;
}

reading read_lengths(std::string_view stream, length_prefix prefix, std::uint64_t longest) {
    reading all;
    while (stream.size() >= prefix.bytes) {
        std::uint64_t length = 0;
        for (unsigned i = 0; i < prefix.bytes; ++i) {
            const std::uint64_t byte = static_cast<std::uint8_t>(stream[i]);
            length |= byte << 8 * (prefix.order == std::endian::big ? prefix.bytes - 1 - i : i);
        }
        stream.remove_prefix(prefix.bytes);
        all.too_long = length > longest;
        if (length > longest || length > stream.size()) {
            break;
        }
        all.frames.emplace_back(stream.substr(0, length));
        stream.remove_prefix(length);
    }
    return all;
}

reading read_exactly(std::string_view stream, std::size_t size) {
    reading all;
    for (; stream.size() >= size; stream.remove_prefix(size)) {
        all.frames.emplace_back(stream.substr(0, size));
    }
    return all;
}

// Feeds a piece, as a slice of a buffer that is larger than it.
void feed(framer& by, buffer_pool& pool, std::string_view piece, bool spacious) {
    if (piece.empty()) {
        return;
    }
    buffer made = pool.allocate(spacious ? 16 * piece.size() : piece.size());
    IAPP_CHECK(made, "the pool has room");
    std::copy(piece.begin(), piece.end(), reinterpret_cast<char*>(made.writable().data()));
    by.feed(made.first(piece.size()));
}

// Takes all frames that are there, each in one of the two ways.
void take(framer& from, reading& into, fuzz_input& decisions) {
    while (true) {
        buffer one;
        if (decisions.below(2) == 0) {
            if (!from.next(one)) {
                break;
            }
        } else {
            buffer_list several;
            if (!from.next(several)) {
                break;
            }
            one = *contiguous(several);
        }
        into.frames.emplace_back(one.text());
    }
    into.too_long = from.error() == frame_error::too_long;
    IAPP_CHECK(into.too_long || !from.error(), "there is no other error");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz_input input{data, size};
    const unsigned kind = input.below(3);
    const std::size_t limit = 1 + input.below(64);
    const length_prefix prefix{1U << input.below(4),
                               input.below(2) == 0 ? std::endian::big : std::endian::little};
    fuzz_input decisions{data, size / 2}; // the same bytes once more: they tell where to split
    const std::string_view stream = input.rest();

    std::unique_ptr<framer> by;
    reading expected;
    if (kind == 0) {
        by = std::make_unique<line_framer>(limit);
        expected = read_lines(stream, limit);
    } else if (kind == 1) {
        by = std::make_unique<length_framer>(prefix, limit);
        expected = read_lengths(stream, prefix, limit);
    } else {
        by = std::make_unique<exact_framer>(limit);
        expected = read_exactly(stream, limit);
    }

    static buffer_pool pool;
    reading found;
    for (fuzz_input pieces{data, size}, bytes{data + (size - stream.size()), stream.size()};
         !bytes.empty();) {
        feed(*by, pool, bytes.take(1 + pieces.below(100)), decisions.below(2) == 0);
        if (decisions.below(4) > 0) {
            take(*by, found, decisions);
        }
    }
    take(*by, found, decisions);
    IAPP_CHECK(found.frames == expected.frames, "the frames are those of the whole stream");
    IAPP_CHECK(found.too_long == expected.too_long, "what is too long is told");
    by->take_rest();
    IAPP_CHECK(pool.outstanding() == 0, "nothing is held on");
    return 0;
}
