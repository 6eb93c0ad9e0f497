// What the owners of transports want of the completing engine.

#include <iapp/reactor/sim/sim_engine.hpp>

#include <algorithm>
#include <utility>

namespace iapp {

namespace {

std::error_code canceled() noexcept {
    return std::make_error_code(std::errc::operation_canceled);
}

} // namespace

sim_engine::sim_engine(sim_network& network, sim_host host, const engine_parts& parts)
    : network_{network}, host_{host}, incarnation_{network.of(host).incarnation}, os_{parts.os},
      transports_{parts.transports}, pool_{parts.buffers}, clock_{parts.clock} {
    network_.waiters_.push_back(this);
}

sim_engine::~sim_engine() {
    std::erase(network_.waiters_, static_cast<sim_waiter*>(this));
}

void sim_engine::start_input(transport& t, input_kind what) {
    IAPP_CHECK(t.input == input_kind::none && !t.closing, "one source, on an open socket");
    t.cancel_input = false;
    t.input = what;
    serve_later(t);
}

void sim_engine::pause_input(transport& t) {
    t.input_paused = true;
    serve_later(t);
}

void sim_engine::resume_input(transport& t) {
    t.input_paused = false;
    serve_later(t);
}

void sim_engine::set_watched(transport& t, interest what) {
    t.ready.wanted = what;
    serve_later(t);
}

void sim_engine::cancel_input(transport& t) {
    t.cancel_input = t.input != input_kind::none;
    serve_later(t);
}

void sim_engine::start_connect(transport& t, const address& to) {
    IAPP_CHECK(t.output == output_kind::none && !t.closing, "one output, on an open socket");
    t.cancel_output = false;
    t.output = output_kind::connect;
    const io_result first = os_.connect(t.fd, to);
    t.outcome = first.error;
    t.ring.connecting = first.status == io_status::would_block;
    serve_later(t);
}

void sim_engine::start_send(transport& t) {
    IAPP_CHECK(t.output == output_kind::none && !t.closing, "one output, on an open socket");
    t.cancel_output = false;
    t.output = output_kind::send;
    serve_later(t);
}

void sim_engine::cancel_output(transport& t) {
    t.cancel_output = t.output != output_kind::none;
    serve_later(t);
}

void sim_engine::close(transport& t) {
    t.closing = true;
    serve_later(t);
}

void sim_engine::serve_later(transport& t) {
    if (!t.is_linked()) {
        service_.push_back(t);
    }
}

void sim_engine::poll(duration timeout) {
    ++calls_;
    told_ = false;
    network_.run_due();
    service_list now;
    now.swap(service_);
    while (!now.empty()) {
        transport& t = now.front();
        now.pop_front();
        serve(t);
    }
    serve_starved();
    std::vector<descriptor> ready;
    ready.swap(ready_);
    for (const descriptor fd : ready) {
        go_on(fd);
    }
    if (!told_ && !has_work()) {
        network_.wait(*this, timeout);
        ready.clear();
        ready.swap(ready_);
        for (const descriptor fd : ready) {
            go_on(fd);
        }
    }
    woken_.exchange(false, std::memory_order_acquire); // pairs with the store in wake()
    clock_.restart();
    tell_some();
    transports_.recycle();
}

// A descriptor closes after its last operation has ended.
void sim_engine::serve(transport& t) {
    const bool busy_in = t.ring.input_armed;
    const bool busy_out = t.ring.output_armed;
    if (t.closing && !busy_in && !busy_out) {
        finish_close(t);
        return;
    }
    if (busy_in && (t.closing || t.cancel_input || t.input_paused)) {
        cancel(t, side::input);
    } else if (t.cancel_input && !busy_in) {
        end_input(t, canceled());
    }
    if (busy_out && (t.closing || t.cancel_output)) {
        cancel(t, side::output);
    } else if (t.cancel_output && !busy_out) {
        end_output(t, canceled());
    }
    if (t.closing) {
        return;
    }
    if (t.output == output_kind::send && !t.ring.output_armed) {
        begin(t, side::output);
    } else if (t.output == output_kind::connect && !t.ring.output_armed) {
        if (t.ring.connecting) {
            begin(t, side::output);
        } else {
            end_output(t, std::exchange(t.outcome, {}));
        }
    }
    run_input(t);
}

void sim_engine::finish_close(transport& t) {
    end_input(t, canceled());
    end_output(t, canceled());
    if (t.is_linked()) {
        t.unlink(); // a handler asked for more just now
    }
    held_connections_.close_those_of(t, os_);
    network_.stop_waiting(host_, t.fd, *this);
    lost(t.fd);
    if (!t.foreign) {
        os_.close(t.fd);
    }
    t.fd = no_descriptor;
    told_ = true;
    t.events->closed(t); // the record may be gone now
}

void sim_engine::end_input(transport& t, std::error_code why) {
    t.cancel_input = false;
    if (t.input == input_kind::none) {
        return;
    }
    t.input = input_kind::none;
    drop_held(t);
    t.ring.ended = false;
    told_ = true;
    t.events->input_ended(t, why);
}

void sim_engine::end_output(transport& t, std::error_code why) {
    t.cancel_output = false;
    if (t.output == output_kind::none) {
        return;
    }
    t.output = output_kind::none;
    told_ = true;
    t.events->output_ended(t, why);
}

void sim_engine::run_input(transport& t) {
    const auto stopped = [&] {
        return t.input == input_kind::none || t.input_paused || t.closing || t.cancel_input;
    };
    if (t.input == input_kind::watch) {
        // Asked for one report at a time; what is asked for now may differ.
        if (t.ring.input_armed && t.ring.watched != t.ready.wanted) {
            cancel(t, side::input);
        } else if (!t.ring.input_armed && t.ready.wanted != interest{} && !t.cancel_input) {
            t.ring.watched = t.ready.wanted;
            begin(t, side::input);
        }
        return;
    }
    if (stopped()) {
        return;
    }
    const bool all = tell_some_held(t);
    if (stopped()) {
        return;
    }
    if (!all) {
        serve_later(t);
    } else if (t.ring.ended) {
        end_input(t, {t.ring.error, std::system_category()});
    } else if (!t.ring.input_armed && !t.ring.starved) {
        begin(t, side::input);
    }
}

bool sim_engine::tell_some_held(transport& t) {
    const bool accepts = t.input == input_kind::accept;
    told_ = told_ || (accepts ? held_connections_.any_of(t) : is_behind(t));
    return accepts ? held_connections_.tell(t, items_per_service, os_)
                   : tell_held(t, items_per_service);
}

// The pool had nothing to receive into. Only this worker frees its buffers, so it is enough to look
// again before each wait.
void sim_engine::serve_starved() {
    std::vector<slot_id> waiting;
    waiting.swap(starved_);
    for (const slot_id id : waiting) {
        transport* t = transports_.find(id);
        if (t == nullptr) {
            continue;
        }
        const bool over = t->closing || t->cancel_input || t->input == input_kind::none;
        if (!over && (is_behind(*t) || !receive_starved(*t))) {
            starved_.push_back(id);
            continue;
        }
        t->ring.starved = false;
        serve_later(*t);
    }
}

// With the last memory, one item; false when there is none.
bool sim_engine::receive_starved(transport& t) {
    buffer data = pool_.allocate(t.io_size_bytes);
    if (!data) {
        return false;
    }
    const bool discards = t.input == input_kind::discard;
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
    data = discards ? buffer{} : data.first(one.bytes);
    told_ = true;
    t.events->received(t, std::move(data), one.bytes);
    return t.closing || t.cancel_input;
}

} // namespace iapp
