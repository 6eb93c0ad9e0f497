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
    for (const held_connection& one : held_connections_) {
        if (one.listener == t.id) {
            os_.close(one.connection);
        }
    }
    std::erase_if(held_connections_,
                  [&](const held_connection& one) { return one.listener == t.id; });
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
    t.ring.held.clear();
    t.ring.held_bytes = 0;
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
    const bool all = t.input == input_kind::accept ? tell_held_connections(t) : tell_held(t);
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

// What came while it was paused, a bounded number; whether nothing is left.
bool sim_engine::tell_held(transport& t) {
    for (unsigned i = 0; i < items_at_once; ++i) {
        if (t.ring.held.empty() && t.ring.held_bytes == 0) {
            return true;
        }
        buffer data;
        std::size_t bytes = std::exchange(t.ring.held_bytes, 0);
        if (!t.ring.held.empty()) {
            data = t.ring.held.take_front();
            bytes = data.size();
        } else if (bytes > t.io_size_bytes) {
            t.ring.held_bytes = bytes - t.io_size_bytes;
            bytes = t.io_size_bytes;
        }
        told_ = true;
        t.events->received(t, std::move(data), bytes);
        if (t.input_paused || t.closing || t.cancel_input) {
            return false;
        }
    }
    return t.ring.held.empty() && t.ring.held_bytes == 0;
}

bool sim_engine::tell_held_connections(transport& t) {
    while (!t.input_paused && !t.closing && !t.cancel_input) {
        const auto next =
            std::find_if(held_connections_.begin(), held_connections_.end(),
                         [&](const held_connection& one) { return one.listener == t.id; });
        if (next == held_connections_.end()) {
            return true;
        }
        const descriptor connection = next->connection;
        held_connections_.erase(next);
        told_ = true;
        t.events->accepted(t, connection, os_.accepted(connection));
    }
    return false;
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
        const bool behind = t->input_paused || !t->ring.held.empty() || t->ring.held_bytes > 0;
        if (!over && (behind || !receive_starved(*t))) {
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
