#include <iapp/reactor/completing/held_items.hpp>

#include <algorithm>
#include <utility>

namespace iapp {

namespace {

bool wants_no_more(const transport& t) noexcept {
    return t.input_paused || t.closing || t.cancel_input;
}

} // namespace

void tell_or_hold(transport& t, buffer&& data, std::size_t bytes) {
    if (!is_behind(t)) {
        t.events->received(t, std::move(data), bytes);
    } else if (data) {
        t.ring.held.push_back(std::move(data));
    } else {
        t.ring.held_bytes += bytes;
    }
}

bool tell_held(transport& t, unsigned most) {
    for (unsigned i = 0; i < most; ++i) {
        if (t.ring.held.empty() && t.ring.held_bytes == 0) {
            return true;
        }
        buffer data;
        std::size_t bytes = 0;
        if (t.ring.held.empty()) {
            bytes = std::min<std::size_t>(t.ring.held_bytes, t.io_size_bytes);
            t.ring.held_bytes -= bytes;
        } else {
            data = t.ring.held.take_front();
            bytes = data.size();
        }
        t.events->received(t, std::move(data), bytes);
        if (wants_no_more(t)) {
            return false;
        }
    }
    return t.ring.held.empty() && t.ring.held_bytes == 0;
}

void drop_held(transport& t) noexcept {
    t.ring.held.clear();
    t.ring.held_bytes = 0;
}

void held_connections::tell_or_hold(transport& listener, descriptor connection, kernel& os) {
    if (listener.input_paused || any_of(listener)) {
        all_.push_back({listener.id, connection});
    } else {
        listener.events->accepted(listener, connection, os.accepted(connection));
    }
}

bool held_connections::tell(transport& listener, unsigned most, kernel& os) {
    for (unsigned i = 0; i < most; ++i) {
        const auto next = std::find_if(
            all_.begin(), all_.end(), [&](const held& one) { return one.listener == listener.id; });
        if (next == all_.end()) {
            return true;
        }
        const descriptor connection = next->connection;
        all_.erase(next);
        listener.events->accepted(listener, connection, os.accepted(connection));
        if (wants_no_more(listener)) {
            return false;
        }
    }
    return !any_of(listener);
}

bool held_connections::any_of(const transport& listener) const noexcept {
    return std::any_of(all_.begin(), all_.end(),
                       [&](const held& one) { return one.listener == listener.id; });
}

void held_connections::close_those_of(const transport& listener, kernel& os) {
    std::erase_if(all_, [&](const held& one) {
        if (one.listener == listener.id) {
            os.close(one.connection);
        }
        return one.listener == listener.id;
    });
}

} // namespace iapp
