// The input half of the readiness engine: accept and receive until it would block.

#include <iapp/reactor/readiness/readiness_engine.hpp>

namespace iapp {

namespace {

// What the poller reported besides: a reset that a read may show as a clean end (libkqueue), or a
// registration that was refused.
std::error_code poller_error(const transport& t) noexcept {
    return {t.ready.error, std::system_category()};
}

} // namespace

void readiness_engine::run_input(transport& t) {
    if (t.input_paused || !t.ready.readable || t.closing || t.cancel_input) {
        return;
    }
    if (t.input == input_kind::accept) {
        run_accept(t);
    } else if (t.input == input_kind::receive || t.input == input_kind::discard) {
        run_receive(t);
    }
}

void readiness_engine::run_accept(transport& t) {
    for (unsigned i = 0; i < accepts_per_service; ++i) {
        address peer;
        const accept_result one = os_.accept(t.fd, peer);
        if (one.status == io_status::would_block) {
            input_would_block(t);
            return;
        }
        if (one.status == io_status::failed) {
            end_input(t, one.error);
            return;
        }
        t.events->accepted(t, one.connection, peer);
        if (t.input != input_kind::accept || t.input_paused || t.closing || t.cancel_input) {
            return;
        }
    }
    serve_later(t);
}

void readiness_engine::run_receive(transport& t) {
    const bool discards = t.input == input_kind::discard;
    for (unsigned i = 0; i < items_per_service; ++i) {
        buffer data = pool_.allocate(t.io_size_bytes);
        if (!data) {
            wait_for_memory(t);
            return;
        }
        const io_result one =
            discards ? os_.discard(t.fd, data.writable()) : os_.receive(t.fd, data.writable());
        if (one.status == io_status::would_block) {
            input_would_block(t);
            return;
        }
        if (one.status == io_status::failed || one.bytes == 0) {
            data = {};
            end_input(t, one.error ? one.error : poller_error(t));
            return;
        }
        // Fewer bytes than asked for: there are no more, and new ones are a new event. But an end
        // that was reported already is not reported again, so read on to it.
        const bool emptied = one.bytes < t.io_size_bytes && !t.ready.ended;
        if (emptied) {
            input_would_block(t);
        }
        if (discards) {
            data = {};
        } else {
            data.truncate(one.bytes);
        }
        t.events->received(t, std::move(data), one.bytes);
        if (t.input == input_kind::none || t.input_paused || t.closing || t.cancel_input ||
            emptied) {
            return;
        }
    }
    serve_later(t);
}

void readiness_engine::input_would_block(transport& t) {
    if (t.ready.error != 0) {
        end_input(t, poller_error(t)); // nothing would ever report it ready
        return;
    }
    t.ready.readable = false;
    want(t, {true, t.ready.wanted.write});
}

// The pool is at its limit. Only this worker frees its buffers, so it is enough to look again
// before each wait.
void readiness_engine::wait_for_memory(transport& t) {
    if (!t.ready.starved) {
        t.ready.starved = true;
        starved_.push_back(t.id);
    }
}

void readiness_engine::wake_starved() {
    std::size_t kept = 0;
    for (const slot_id id : starved_) {
        transport* t = transports_.find(id);
        if (t == nullptr) {
            continue;
        }
        if (t->input != input_kind::none && !pool_.can_allocate(t->io_size_bytes)) {
            starved_[kept++] = id;
            continue;
        }
        t->ready.starved = false;
        serve_later(*t);
    }
    starved_.resize(kept);
}

} // namespace iapp
