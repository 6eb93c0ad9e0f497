// The output half of the readiness engine: connect, and send until it would block.

#include <iapp/reactor/readiness/readiness_engine.hpp>

#include <array>
#include <utility>

namespace iapp {

namespace {

constexpr std::size_t slices_per_send = 64;

struct send_attempt {
    io_result outcome;
    std::size_t offered_bytes;
};

send_attempt gather_and_send(transport& t, kernel& os) {
    std::array<std::span<const std::byte>, slices_per_send> slices;
    const auto used = std::span{slices}.first(t.unsent.gather(slices));
    std::size_t offered = 0;
    for (const std::span<const std::byte> slice : used) {
        offered += slice.size();
    }
    return {os.send(t.fd, used), offered};
}

// Most sends are of one slice, and need not clear room for many.
send_attempt try_to_send(transport& t, kernel& os) {
    const std::span<const std::byte> first = t.unsent.front().bytes();
    if (first.size() < t.unsent.size_bytes()) {
        return gather_and_send(t, os);
    }
    return {os.send(t.fd, {&first, 1}), first.size()};
}

} // namespace

void readiness_engine::run_output(transport& t) {
    if (t.output == output_kind::connect && !t.closing && !t.cancel_output) {
        run_connect(t);
    }
    // A handler that is told of the end of one send may start the next: it goes out now.
    for (unsigned i = 0; i < items_per_service; ++i) {
        if (t.output != output_kind::send || !t.ready.writable || t.closing || t.cancel_output) {
            return;
        }
        run_send(t);
    }
}

void readiness_engine::run_connect(transport& t) {
    if (t.ready.wanted.write) { // it was under way
        if (!t.ready.writable) {
            return;
        }
        t.outcome = os_.connect_outcome(t.fd);
        if (!t.outcome && t.ready.error != 0) {
            // Told by the event: asking had consumed it, or will not show it.
            t.outcome = {t.ready.error, std::system_category()};
        }
    }
    end_output(t, std::exchange(t.outcome, {}));
}

void readiness_engine::run_send(transport& t) {
    for (unsigned i = 0; i < items_per_service; ++i) {
        const auto [one, offered] = try_to_send(t, os_);
        if (one.status == io_status::failed) {
            end_output(t, one.error);
            return;
        }
        t.unsent.consume(one.bytes);
        if (t.unsent.empty()) {
            end_output(t, {});
            return;
        }
        if (one.bytes < offered) { // the socket is full, or would block at once
            if (t.ready.error != 0) {
                end_output(t, {t.ready.error, std::system_category()});
                return; // nothing would ever report it ready
            }
            t.ready.writable = false;
            want(t, {t.ready.wanted.read, true});
            return;
        }
    }
    serve_later(t);
}

} // namespace iapp
