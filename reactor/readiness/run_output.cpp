// The output half of the readiness engine: connect, and send until it would block.

#include <iapp/reactor/readiness/readiness_engine.hpp>

#include <array>
#include <utility>

namespace iapp {

namespace {

constexpr std::size_t slices_per_send = 64;

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
    std::array<std::span<const std::byte>, slices_per_send> slices;
    for (unsigned i = 0; i < items_per_service; ++i) {
        const std::size_t used = t.unsent.gather(slices);
        std::size_t offered = 0;
        for (std::size_t s = 0; s < used; ++s) {
            offered += slices[s].size();
        }
        const io_result one = os_.send(t.fd, std::span{slices}.first(used));
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
