#include <iapp/reactor/completing/completing_engine.hpp>

namespace iapp {

void completing_engine::start_input(transport& t, input_kind what) {
    note_input(t, what);
    serve_later(t);
}

void completing_engine::pause_input(transport& t) {
    t.input_paused = true;
    serve_later(t);
}

void completing_engine::resume_input(transport& t) {
    if (t.input_paused) {
        t.input_paused = false;
        serve_later(t);
    }
}

void completing_engine::set_watched(transport& t, interest what) {
    IAPP_CHECK(t.input == input_kind::watch, "only a watch reports readiness");
    t.ready.wanted = what;
    serve_later(t);
}

// Begun by the verb, so that a simulated kernel sees it; only its end is waited for.
void completing_engine::start_connect(transport& t, const address& to) {
    note_output(t, output_kind::connect);
    const io_result first = os_.connect(t.fd, to);
    t.ring.connecting = first.status == io_status::would_block;
    t.outcome = first.error;
    serve_later(t);
}

void completing_engine::start_send(transport& t) {
    note_output(t, output_kind::send);
    serve_later(t);
}

void completing_engine::end_input(transport& t, std::error_code why) {
    t.cancel_input = false;
    if (t.input == input_kind::none) {
        return;
    }
    t.input = input_kind::none;
    drop_held(t);
    t.ring.ended = t.ring.queued = false;
    told_ = true;
    t.events->input_ended(t, why);
}

void completing_engine::close_idle(transport& t) {
    end_input(t, canceled());
    end_output(t, canceled());
    held_connections_.close_those_of(t, os_);
    told_ = true;
    finish_close(t);
}

void completing_engine::on_accepted(transport& t, descriptor connection, bool wanted) {
    if (wanted) {
        held_connections_.tell_or_hold(t, connection, os_);
    } else {
        os_.close(connection);
    }
}

void completing_engine::on_end(transport& t, std::error_code why) {
    if (t.input_paused || has_held(t)) {
        t.ring.ended = true;
        t.ring.error = why.value();
    } else {
        end_input(t, why);
    }
}

// What came while it was paused, a bounded number; whether nothing is left.
bool completing_engine::tell_some_held(transport& t) {
    told_ = true;
    return t.input == input_kind::accept ? held_connections_.tell(t, items_per_service, os_)
                                         : tell_held(t, items_per_service);
}

void completing_engine::wait_for_memory(transport& t) {
    t.ring.starved = true;
    starved_.push_back(t.id);
}

void completing_engine::serve_starved(unsigned items_each) {
    if (starved_.empty()) {
        return;
    }
    std::size_t kept = 0;
    for (std::size_t i = 0; i < starved_.size(); ++i) {
        const slot_id id = starved_[i];
        transport* t = transports_.find(id);
        if (t == nullptr) {
            continue;
        }
        // What was kept during a pause comes first.
        if (wants_input(*t) && (is_behind(*t) || !receive_directly(*t, items_each))) {
            starved_[kept++] = id;
            continue;
        }
        t->ring.starved = false;
        serve_later(*t);
    }
    starved_.resize(kept);
}

// False while it is to be called again.
bool completing_engine::receive_directly(transport& t, unsigned items) {
    const bool discards = t.input == input_kind::discard;
    for (unsigned i = 0; i < items; ++i) {
        buffer data = pool_.allocate(t.io_size_bytes);
        if (!data) {
            return false;
        }
        const io_result one =
            discards ? os_.discard(t.fd, data.writable()) : os_.receive(t.fd, data.writable());
        if (one.status == io_status::would_block) {
            return true;
        }
        if (one.status == io_status::failed || one.bytes == 0) {
            data = {};
            end_input(t, one.error);
            return true;
        }
        if (discards) {
            data = {};
        } else {
            data.truncate(one.bytes);
        }
        told_ = true;
        t.events->received(t, std::move(data), one.bytes);
        if (!wants_input(t) || t.input_paused) {
            return !t.input_paused;
        }
    }
    return false;
}

} // namespace iapp
