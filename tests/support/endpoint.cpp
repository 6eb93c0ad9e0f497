#include "support/endpoint.hpp"

#include "support/random.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace iapp::test {

namespace {

void run(const std::function<void(endpoint&)>& hook, endpoint& of) {
    CHECK_MESSAGE(of.closed <= 1, "closed comes once");
    if (hook) {
        const auto copy = hook; // which may replace itself
        copy(of);
    }
}

void note_bytes(void* owner, bytes&& what) {
    auto& e = *static_cast<endpoint*>(owner);
    CHECK_MESSAGE(e.closed == 0, "no bytes after closed");
    CHECK_MESSAGE(e.ended == 0, "no bytes after the end of input");
    CHECK(what.from == e.s.id());
    CHECK((what.data.empty() || what.data.size() == what.size));
    e.in += what.data.text();
    e.bytes += what.size;
    ++e.items;
    e.largest_item = std::max(e.largest_item, what.size);
    what.data = {};
    run(e.on_bytes, e);
}

void note_drained(void* owner, drained what) {
    auto& e = *static_cast<endpoint*>(owner);
    CHECK_MESSAGE(e.closed == 0, "no drained after closed");
    CHECK(what.from == e.s.id());
    ++e.drained;
    run(e.on_drained, e);
}

void note_ended(void* owner, input_ended what) {
    auto& e = *static_cast<endpoint*>(owner);
    CHECK_MESSAGE(e.closed == 0, "no end of input after closed");
    CHECK(what.from == e.s.id());
    ++e.ended;
    CHECK_MESSAGE(e.ended == 1, "input ends once");
    run(e.on_ended, e);
}

void note_connected(void* owner, connected what) {
    auto& e = *static_cast<endpoint*>(owner);
    CHECK_MESSAGE(e.closed == 0, "not connected after closed");
    CHECK(what.from == e.s.id());
    ++e.connected;
    CHECK_MESSAGE(e.connected == 1, "connected comes once");
    run(e.on_connected, e);
}

void note_closed(void* owner, const iapp::closed& what) {
    auto& e = *static_cast<endpoint*>(owner);
    CHECK(what.from == e.s.id());
    ++e.closed;
    e.why = what.why;
    run(e.on_closed, e);
}

} // namespace

const stream_handlers endpoint::recording{
    .on_bytes = note_bytes,
    .on_drained = note_drained,
    .on_input_ended = note_ended,
    .on_connected = note_connected,
    .on_closed = note_closed,
};

const stream_handlers endpoint::recording_without_end{
    .on_bytes = note_bytes,
    .on_drained = note_drained,
    .on_input_ended = nullptr,
    .on_connected = note_connected,
    .on_closed = note_closed,
};

write_status endpoint::write(reactor& io, std::string_view text) {
    return s.write(sliced(io.buffers(), text, 64 * 1024));
}

const listener_handlers acceptor::recording{
    .on_accepted =
        [](void* owner, accepted&& what) {
            auto& a = *static_cast<acceptor*>(owner);
            CHECK(what.from == a.l.id());
            CHECK(what.connection.open());
            a.waiting.push_back(std::move(what.connection));
            a.peers.push_back(what.peer);
            if (a.on_accepted) {
                const auto copy = a.on_accepted;
                copy(a);
            }
        },
    .on_closed =
        [](void* owner, const iapp::closed& what) {
            auto& a = *static_cast<acceptor*>(owner);
            CHECK(what.from == a.l.id());
            ++a.closed;
            a.why = what.why;
        },
};

void acceptor::listen(reactor& io, const address& at, const listen_options& options) {
    result<listener> made = io.listen(at, recording, this, options);
    REQUIRE_MESSAGE(made, "listen at " << at.to_string() << ": " << made.error().message());
    l = std::move(*made);
}

stream acceptor::take() {
    REQUIRE(!waiting.empty());
    stream taken = std::move(waiting.front());
    waiting.pop_front();
    return taken;
}

const watch_handlers watcher::recording{
    .on_ready =
        [](void* owner, watched what) {
            auto& self = *static_cast<watcher*>(owner);
            CHECK(what.from == self.w.id());
            CHECK_MESSAGE((what.readable || what.writable), "a report says something");
            ++self.reports;
            self.readable += what.readable ? 1 : 0;
            self.writable += what.writable ? 1 : 0;
            if (self.on_ready) {
                const auto copy = self.on_ready;
                copy(self);
            }
        },
    .on_closed =
        [](void* owner, const iapp::closed& what) {
            auto& self = *static_cast<watcher*>(owner);
            ++self.closed;
            self.why = what.why;
        },
};

void watcher::watch_fd(reactor& io, int fd, interest what) {
    result<watch> made = io.watch_descriptor(fd, what, recording, this);
    REQUIRE_MESSAGE(made, "watch: " << made.error().message());
    w = std::move(*made);
}

std::string pattern(std::size_t size, std::uint64_t seed) {
    random_source random{seed};
    std::string text(size, '\0');
    std::generate(text.begin(), text.end(), [&] { return static_cast<char>(random.below(256)); });
    return text;
}

buffer_list sliced(buffer_pool& from, std::string_view text, std::size_t slice_bytes) {
    buffer_list list;
    while (!text.empty()) {
        const std::string_view part = text.substr(0, slice_bytes);
        buffer slice = from.copy(part);
        REQUIRE(slice);
        list.push_back(std::move(slice));
        text.remove_prefix(part.size());
    }
    return list;
}

} // namespace iapp::test
