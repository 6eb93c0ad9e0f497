#pragma once
// held_items: what a source completed while it was paused, for engines that cannot take it back.

#include <iapp/reactor/transport.hpp>

#include <cstddef>
#include <vector>

namespace iapp {

// Whether something stands before what comes now: then that has to wait for its turn.
inline bool is_behind(const transport& t) noexcept {
    return t.input_paused || !t.ring.held.empty() || t.ring.held_bytes > 0;
}

// Tells an item of a receive or discard, or keeps it behind what is kept already.
void tell_or_hold(transport& t, buffer&& data, std::size_t bytes);

// Tells at most so many of the items that are kept; stops when the owner wants no more. Returns
// whether nothing is left.
bool tell_held(transport& t, unsigned most);

// They are dropped: the source is over.
void drop_held(transport& t) noexcept;

// Accepted connections that wait for their paused listeners to resume. Few listeners are ever
// paused with something in flight, so one list serves all of an engine.
class held_connections {
  public:
    // Tells a connection, or keeps it behind what is kept already.
    void tell_or_hold(transport& listener, descriptor connection, kernel& os);

    // As tell_held(). A connection's peer is asked for when it is told.
    bool tell(transport& listener, unsigned most, kernel& os);

    bool any_of(const transport& listener) const noexcept;

    // The listener is over: its connections are closed.
    void close_those_of(const transport& listener, kernel& os);

  private:
    struct held {
        slot_id listener;
        descriptor connection;
    };

    std::vector<held> all_;
};

} // namespace iapp
