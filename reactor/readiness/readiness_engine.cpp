#include <iapp/reactor/readiness/readiness_engine.hpp>

namespace iapp {

readiness_engine::readiness_engine(std::unique_ptr<poller> waits, const engine_parts& parts)
    : serving_engine{parts}, poller_{std::move(waits)} {}

void readiness_engine::start_input(transport& t, input_kind what) {
    note_input(t, what);
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

void readiness_engine::start_connect(transport& t, const address& to) {
    note_output(t, output_kind::connect);
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
    note_output(t, output_kind::send);
    t.ready.writable = true;
    serve_later(t);
}

void readiness_engine::poll(duration timeout) {
    answers_wanted_ = answers_per_batch;
    serve_some(services_per_poll, [this](transport& t) { serve(t); });
    send_answers();
    if (!starved_.empty()) {
        wake_starved();
    }
    if (!changed_.empty()) {
        tell_poller();
    }
    const std::size_t count = poller_->wait(events_, has_work() ? duration::zero() : timeout);
    clock_.restart();
    answers_wanted_ = std::min<std::size_t>(count / answer_batches_per_wait, answers_per_batch);
    for (std::size_t i = 0; i < count; ++i) {
        on_event(events_[i]);
    }
    send_answers();
    transports_.recycle();
}

void readiness_engine::serve(transport& t) {
    if (t.closing) {
        forget_and_close(t);
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
    hold_answer(t);
}

// A receive and a send run through more code than the processor's cache for it holds: some of the
// one and then some of the other take 3 % less time for each echo than one by one. But what waits
// has to be in the cache still when it is sent, and its reader is not to be idle meanwhile.
void readiness_engine::hold_answer(transport& t) {
    if (t.output != output_kind::send || !t.is_linked()) {
        return;
    }
    answers_[answers_held_++] = &t;
    answer_bytes_ += t.unsent.size_bytes();
    if (answers_held_ >= answers_wanted_ || answer_bytes_ >= answer_bytes_max) {
        send_answers();
    }
}

void readiness_engine::send_answers() {
    for (transport* t : std::span{answers_}.first(answers_held_)) {
        run_output(*t);
        if (t->is_linked() && !needs_service(*t)) {
            t->unlink();
        }
    }
    answers_held_ = 0;
    answer_bytes_ = 0;
}

void readiness_engine::forget_and_close(transport& t) {
    end_input(t, canceled());
    end_output(t, canceled());
    poller_->forget(t.fd, t.ready.registered, t.foreign);
    t.ready.registered = t.ready.wanted = {};
    finish_close(t);
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
    hold_answer(*t);
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
    tell_ready(t, {event.readable || event.ended, event.writable || event.ended});
}

} // namespace iapp
