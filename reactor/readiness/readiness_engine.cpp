#include <iapp/reactor/readiness/readiness_engine.hpp>

namespace iapp {

readiness_engine::readiness_engine(std::unique_ptr<poller> waits, const engine_parts& parts)
    : poller_{std::move(waits)}, os_{parts.os},
      transports_{parts.transports}, buffers_{parts.buffers}, clock_{parts.clock} {}

void readiness_engine::start_input(transport& t, input_kind what) {
    IAPP_CHECK(t.input == input_kind::none && !t.closing,
               "one source at a time, on an open socket");
    t.input = what;
    t.cancel_input = false;
    t.ready.readable = true;
    t.ready.level = what == input_kind::watch;
    if (what != input_kind::watch) {
        serve_later(t);
    }
}

void readiness_engine::pause_input(transport& t) {
    t.input_paused = true;
    want(t, {false, t.ready.level ? false : t.ready.wanted.write});
}

void readiness_engine::resume_input(transport& t) {
    if (!t.input_paused) {
        return;
    }
    t.input_paused = false;
    if (t.input == input_kind::none || t.input == input_kind::watch) {
        return; // a watch is told again what to report
    }
    if (t.ready.readable) {
        serve_later(t);
    } else {
        want(t, {true, t.ready.wanted.write});
    }
}

void readiness_engine::set_watched(transport& t, interest what) {
    IAPP_CHECK(t.input == input_kind::watch, "only a watch reports readiness");
    want(t, what);
}

void readiness_engine::cancel_input(transport& t) {
    if (t.input != input_kind::none) {
        t.cancel_input = true;
        serve_later(t);
    }
}

void readiness_engine::start_connect(transport& t, const address& to) {
    IAPP_CHECK(t.output == output_kind::none && !t.closing, "one output at a time");
    t.output = output_kind::connect;
    t.cancel_output = false;
    const io_result first = os_.connect(t.fd, to);
    if (first.status == io_status::would_block) {
        t.ready.writable = false;
        want(t, {t.ready.wanted.read, true});
        return;
    }
    t.outcome = first.error;
    serve_later(t); // told by the next turn, never from within this call
}

void readiness_engine::start_send(transport& t) {
    IAPP_CHECK(t.output == output_kind::none && !t.closing, "one output at a time");
    t.output = output_kind::send;
    t.cancel_output = false;
    t.ready.writable = true;
    serve_later(t);
}

void readiness_engine::cancel_output(transport& t) {
    if (t.output != output_kind::none) {
        t.cancel_output = true;
        serve_later(t);
    }
}

void readiness_engine::close(transport& t) {
    if (!t.closing) {
        t.closing = true;
        serve_later(t);
    }
}

void readiness_engine::serve_later(transport& t) {
    if (!t.is_linked()) {
        service_.push_back(t);
    }
}

void readiness_engine::poll(duration timeout) {
    serve_some();
    if (!starved_.empty()) {
        wake_starved();
    }
    if (!changed_.empty()) {
        tell_poller();
    }
    const std::size_t count = poller_->wait(events_, service_.empty() ? timeout : duration::zero());
    clock_.restart();
    for (std::size_t i = 0; i < count; ++i) {
        on_event(events_[i]);
    }
    transports_.recycle();
}

// Each of those in the list now, once: who uses up its budget is served again only after the kernel
// was asked for news of the others.
void readiness_engine::serve_some() {
    if (service_.empty()) {
        return;
    }
    service_list now;
    now.swap(service_);
    for (unsigned i = 0; i < services_per_poll && !now.empty(); ++i) {
        transport& t = now.front();
        now.pop_front();
        serve(t);
    }
    service_.splice(service_.begin(), now);
}

void readiness_engine::serve(transport& t) {
    if (t.closing) {
        finish_close(t);
        return;
    }
    if (t.cancel_input) {
        end_input(t, canceled());
    }
    if (t.cancel_output && !t.closing) {
        end_output(t, canceled());
    }
    run_output(t);
    run_input(t);
    run_answer(t);
}

// What a handler wrote in answer leaves at once, while its bytes are still in the cache.
void readiness_engine::run_answer(transport& t) {
    if (t.is_linked()) {
        run_output(t);
        if (!needs_service(t)) {
            t.unlink();
        }
    }
}

void readiness_engine::finish_close(transport& t) {
    end_input(t, canceled());
    end_output(t, canceled());
    if (t.is_linked()) {
        t.unlink(); // a handler asked for more just now
    }
    poller_->forget(t.fd, t.ready.registered, t.foreign);
    t.ready.registered = t.ready.wanted = {};
    if (!t.foreign) {
        os_.close(t.fd);
    }
    t.fd = no_descriptor;
    t.events->closed(t); // the record may be gone now
}

void readiness_engine::end_input(transport& t, std::error_code why) {
    t.cancel_input = false;
    if (t.input == input_kind::none) {
        return;
    }
    t.input = input_kind::none;
    want(t, {false, t.ready.level ? false : t.ready.wanted.write});
    t.events->input_ended(t, why);
}

void readiness_engine::end_output(transport& t, std::error_code why) {
    t.cancel_output = false;
    if (t.output == output_kind::none) {
        return;
    }
    t.output = output_kind::none;
    want(t, {t.ready.wanted.read, false});
    t.events->output_ended(t, why);
}

void readiness_engine::want(transport& t, interest what) {
    t.ready.wanted = what;
    if (!t.ready.changed && what != t.ready.registered) {
        t.ready.changed = true;
        changed_.push_back(t.id);
    }
}

// Interest that changed and changed back since the last wait costs nothing.
void readiness_engine::tell_poller() {
    for (const slot_id id : changed_) {
        transport* t = transports_.find(id);
        if (t == nullptr) {
            continue;
        }
        readiness_state& r = t->ready;
        r.changed = false;
        if (r.wanted != r.registered && t->fd != no_descriptor) {
            poller_->change({.fd = t->fd,
                             .key = id.to_word(),
                             .before = r.registered,
                             .after = r.wanted,
                             .first = !r.known,
                             .level = r.level});
            r.registered = r.wanted;
            r.known = true;
        }
    }
    changed_.clear();
}

void readiness_engine::on_event(const ready_event& event) {
    transport* t = transports_.find(slot_id::from_word(event.key));
    if (t == nullptr || t->closing) {
        return; // it closed earlier in this batch, or before it
    }
    if (t->input == input_kind::watch) {
        on_watch_event(*t, event);
        return;
    }
    t->ready.ended |= event.ended;
    if (event.error != 0) {
        t->ready.error = event.error;
    }
    if (event.writable || event.ended) {
        t->ready.writable = true;
        run_output(*t);
    }
    if (event.readable || event.ended) {
        t->ready.readable = true;
        run_input(*t);
    }
    run_answer(*t);
}

bool readiness_engine::needs_service(const transport& t) noexcept {
    const bool output = (t.output == output_kind::send && t.ready.writable) ||
                        (t.output == output_kind::connect && !t.ready.wanted.write);
    const bool input = t.input != input_kind::none && t.input != input_kind::watch &&
                       t.ready.readable && !t.input_paused;
    return t.closing || t.cancel_input || t.cancel_output || output || input;
}

void readiness_engine::on_watch_event(transport& t, const ready_event& event) {
    if (event.error != 0) { // the poller cannot watch it, a regular file for instance
        end_input(t, {event.error, std::system_category()});
        return;
    }
    const interest seen{event.readable || event.ended, event.writable || event.ended};
    const interest asked{seen.read && t.ready.wanted.read, seen.write && t.ready.wanted.write};
    if (asked != interest{}) { // it may have been silenced earlier in this batch
        t.events->ready(t, asked);
    }
}

} // namespace iapp
