#pragma once
// Numbered messages of one parcel and of two, for tests of what carries them.

#include <iapp/mailbox/message.hpp>

#include <algorithm>
#include <array>
#include <new>

namespace iapp::test {

struct small {
    std::uint64_t number;
};

// Says its number in each of its words, so that a half that is lost or another's shows.
struct wide {
    explicit wide(std::uint64_t number) { words.fill(number); }

    std::array<std::uint64_t, 6> words;
};

static_assert(parcels_for<small> == 1 && parcels_for<wide> == 2);

template <class M>
void write_number(parcel& into, std::uint64_t to, std::uint64_t number) {
    into.to = to;
    into.type = &message_type_of<M>;
    ::new (into.payload()) M{number};
}

// The number of a message by value; all ones when its two parcels are not one message.
inline std::uint64_t read_number(parcel& from) {
    if (from.type == &message_type_of<small>) {
        return std::launder(static_cast<small*>(from.payload()))->number;
    }
    const auto& words = std::launder(static_cast<wide*>(from.payload()))->words;
    const bool whole = std::all_of(words.begin(), words.end(),
                                   [&](std::uint64_t each) { return each == words[0]; });
    return from.type == &message_type_of<wide> && whole ? words[0] : ~std::uint64_t{0};
}

} // namespace iapp::test
