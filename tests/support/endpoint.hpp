#pragma once
// What tests own of a reactor: streams, listeners and watches that write down what they were told.

#include <iapp/reactor/reactor.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace iapp::test {

// A stream and all that it told. The hooks run inside its events, after the event was noted. That
// nothing comes after `closed`, nor anything twice that comes once, is checked in passing.
struct endpoint {
    endpoint() = default;
    endpoint(const endpoint&) = delete;
    endpoint& operator=(const endpoint&) = delete;

    // Tells everything; and the same without a handler for the peer's end.
    static const stream_handlers recording;
    static const stream_handlers recording_without_end;

    void start(const receive_options& options = {}) { s.start(recording, this, options); }

    // Copies `text` into as many buffers as it needs and writes them as one list.
    write_status write(reactor& io, std::string_view text);

    // Whether it heard of its end: no error, or this one.
    bool closed_well() const { return closed == 1 && !why; }

    bool closed_with(std::errc error) const { return closed == 1 && why == error; }

    stream s;
    std::string in;        // the bytes that arrived, but for those discarded
    std::size_t bytes = 0; // and their number, discarded or not
    std::size_t items = 0;
    std::size_t largest_item = 0;
    int connected = 0;
    int drained = 0;
    int ended = 0;
    int closed = 0;
    std::error_code why;

    std::function<void(endpoint&)> on_connected;
    std::function<void(endpoint&)> on_bytes;
    std::function<void(endpoint&)> on_drained;
    std::function<void(endpoint&)> on_ended;
    std::function<void(endpoint&)> on_closed;
};

// A listener that keeps what it accepted.
struct acceptor {
    acceptor() = default;
    acceptor(const acceptor&) = delete;
    acceptor& operator=(const acceptor&) = delete;

    static const listener_handlers recording;

    // Listens there; the test fails when that is refused.
    void listen(reactor& io, const address& at, const listen_options& options = {});

    address at() const { return *l.local_address(); }

    // The oldest connection not yet taken.
    stream take();

    listener l;
    std::deque<stream> waiting;
    std::vector<address> peers;
    int closed = 0;
    std::error_code why;
    std::function<void(acceptor&)> on_accepted; // after it was put into `waiting`
};

// A watch and what it told.
struct watcher {
    watcher() = default;
    watcher(const watcher&) = delete;
    watcher& operator=(const watcher&) = delete;

    static const watch_handlers recording;

    // Watches; the test fails when that is refused.
    void watch_fd(reactor& io, int fd, interest what);

    watch w;
    int reports = 0;
    int readable = 0;
    int writable = 0;
    int closed = 0;
    std::error_code why;
    std::function<void(watcher&)> on_ready;
};

// Bytes that differ from place to place, so that lost, doubled or swapped ones show.
std::string pattern(std::size_t size, std::uint64_t seed = 1);

// `text` in buffers of at most `slice_bytes`, as a list.
buffer_list sliced(buffer_pool& from, std::string_view text, std::size_t slice_bytes);

} // namespace iapp::test
