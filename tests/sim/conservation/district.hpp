#pragma once
// district: a system of a run, with its event queues and its first actors.

#include "sim/conservation/town.hpp"

namespace iapp::test::conservation {

// Of the queues that have one.
inline constexpr std::array<std::string_view, queues_each> titles{"", "", "gazette", "almanac"};

// A new system on a host of its own.
void open_district(town& all);

// Some more actors, from outside.
void settle_people(town& all, unsigned district);

// Publishes something in a random queue of that district; `from_outside`: not from one of its
// workers.
void publish_in(town& all, unsigned district, std::uint32_t publisher, std::uint32_t hops,
                bool from_outside);

// At any moment.
void close_district(town& all, unsigned district);

// When all that is under way has arrived: nobody shares a name, and each is found by his.
void check_names(town& all, unsigned district);

// Likewise, when all subscriptions have been noted: what they have missed was counted as dropped.
void check_complete(const town& all, const district& in);

} // namespace iapp::test::conservation
